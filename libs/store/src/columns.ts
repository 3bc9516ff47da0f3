import { customType, timestamp } from 'drizzle-orm/pg-core';
import { fromStorable, toStorable } from './storable.ts';

/** Milliseconds, because a JavaScript date has no more: a cursor made of one must find its row again. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** jsonb that never fails on a string PostgreSQL refuses. */
export const json = <T>(name: string) =>
  customType<{ data: T; driverData: unknown }>({ dataType: () => 'jsonb', toDriver: toStorable, fromDriver: fromStorable<T> })(name);

/** Number of a transaction, 64 bits, as text. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
