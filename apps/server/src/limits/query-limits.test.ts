import { buildSchema, getIntrospectionQuery } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refuseComplex } from './query-limits.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../../schema.graphql'), 'utf8'));

it('lets tools ask for the whole schema, with all that such a query can ask', () => {
  const query = getIntrospectionQuery({ specifiedByUrl: true, schemaDescription: true, inputValueDeprecation: true, directiveIsRepeatable: true, oneOf: true });
  expect(() => refuseComplex(schema, query, {})).not.toThrow();
});

it('refuses questions about the schema that multiply', () => {
  const nested = (depth: number): string => (depth === 0 ? 'name' : `fields { type { ${nested(depth - 1)} } }`);
  expect(() => refuseComplex(schema, `{ __schema { types { ${nested(6)} } } }`, {})).toThrow(/at most 200000 values/);
});
