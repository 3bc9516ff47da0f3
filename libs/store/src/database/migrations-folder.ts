import { fileURLToPath } from 'node:url';

/** Written by `npm run migrations -w libs/store`, applied in one transaction at every open. */
export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
