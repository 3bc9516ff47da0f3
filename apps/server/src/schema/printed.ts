import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './index.ts';

/** The text of schema.graphql; sorted, so that moving code does not change it. */
export function printed(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
