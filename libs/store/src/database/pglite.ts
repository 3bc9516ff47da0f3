import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import * as tables from '../tables.ts';
import { channel, type Driver, type Ear } from './driver.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { plannerSettings } from './planner-settings.ts';

/** PostgreSQL inside this process, with its files in `folder`; in memory where there is none. Opens in about 3 s. */
export async function openPglite(folder: string | undefined, ear: Ear): Promise<Driver> {
  const pglite = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  const database = drizzle(pglite, { schema: tables });
  try {
    await migrate(database, { migrationsFolder });
    await pglite.exec(plannerSettings);
    await pglite.listen(channel, (topic) => ear.heard(topic));
  } catch (thrown) {
    await pglite.close();
    throw thrown;
  }
  // It keeps no prepared statements, but one way to it and back is one, not five.
  const send: Driver['send'] = async ({ text }, values) => (await pglite.query<Record<string, unknown>>(text, [...values])).rows;
  return { kind: 'pglite', database, send, [Symbol.asyncDispose]: () => pglite.close() };
}
