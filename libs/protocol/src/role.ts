import { z } from 'zod';

/** What the holder of a token may do; what each role may is a table of the server. */
export const Role = z.enum(['viewer', 'operator', 'worker', 'admin']);
export type Role = z.infer<typeof Role>;
