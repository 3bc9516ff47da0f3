import { defineConfig } from 'drizzle-kit';

/** `npm run migrations -w libs/store -- --name what-changed` writes the next migration from the difference to the tables. */
export default defineConfig({ dialect: 'postgresql', schema: './src/tables.ts', out: './migrations' });
