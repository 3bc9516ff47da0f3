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

const of = (count: number) => Array.from({ length: count }, (_, at) => String(at));
const chart = 'query ($runs: [ID!]!, $names: [String!]!, $points: Int) { series(runIds: $runs, names: $names, maxPoints: $points) { runId name rawPoints points { epoch value } } }';

it.each<[string, string, Record<string, unknown>, boolean]>([
  ['a chart of a hundred runs', chart, { runs: of(100), names: ['cleanAccuracy'] }, true],
  ['a chart of one run, with all its points', chart, { runs: 'r', names: ['cleanAccuracy', 'loss.total'], points: 10_000 }, true],
  ['a chart of every metric of a hundred runs', chart, { runs: of(100), names: of(50) }, false],
  ['the same through a fragment that a small chart is weighed by first', `query ($runs: [ID!]!, $names: [String!]!) { small: series(runIds: "r", names: "a", maxPoints: 4) { ...f } series(runIds: $runs, names: $names, maxPoints: 500) { ...f } } fragment f on Series { points { epoch value } }`, { runs: of(100), names: of(50) }, false],
  ['pages whose size is a default of the operation', 'query ($size: Int = 500) { studies(first: $size) { table { index parameters } } }', {}, false],
  ['pages whose size is given', 'query ($size: Int = 500) { studies(first: $size) { table { index parameters } } }', { size: 50 }, true],
  ['a comparison of fifty runs', 'query ($runs: [ID!]!) { compareRuns(runIds: $runs) { differences { path values } metrics { name values } attacks { plugin results { robustAccuracy version } } runs { id status } } }', { runs: of(50) }, true],
])('weighs %s by what may come', (_name, query, variables, taken) => {
  const weigh = expect(() => refuseComplex(schema, query, variables));
  if (taken) weigh.not.toThrow();
  else weigh.toThrow(/an answer of at most 200000 values/);
});
