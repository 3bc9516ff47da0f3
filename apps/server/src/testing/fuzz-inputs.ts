import fc from 'fast-check';

const words = [
  '{', '}', '(', ')', '[', ']', ':', '$', '@', '!', '...', '"', '"""', '\\', '#', '\n', ' ', 'query', 'mutation', 'subscription', 'fragment', 'on', 'lab', 'runs', 'run', 'version', 'node', 'edges',
  '__schema', '__typename', 'id', 'first', 'filter', 'true', 'null', '-1', '1e999', '0x', '\uD800', '\0', '\uFEFF', 'é', '💥', '@skip(if: $x)', 'a'.repeat(300),
];

/** Documents: torn, deep, wide, and of nothing but noise. */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((depth) => `{ ${'runs { edges { node { study { table { run '.repeat(depth)}{ id }${' } } } } }'.repeat(depth)} }`) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((count) => `{ ${Array.from({ length: count }, (_, at) => `a${at}: lab { version }`).join(' ')} }`) },
);

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(null), fc.boolean(), fc.double(), fc.string({ maxLength: 20 }), fc.array(fc.integer(), { maxLength: 3 }),
  fc.constant({ __proto__: null, constructor: 1 }), fc.dictionary(fc.string({ maxLength: 5 }), fc.integer(), { maxKeys: 3 }),
);

const operations = [
  'query ($v: RunFilter) { runs(filter: $v) { totalCount } }', 'query ($v: ID!) { run(id: $v) { id } }', 'query ($v: [ID!]!) { compareRuns(runIds: $v) { runs { id } } }',
  'mutation ($v: RunSpecInput!) { startRun(input: $v) { id } }', 'query ($v: String) { runs(after: $v, sort: { by: name }) { totalCount } }', 'mutation ($v: StudyInput!) { sweep(input: $v) { id } }',
  'mutation ($v: WorkerInput!) { registerWorker(input: $v) }',
];

/** Bodies of requests: documents, good ones with variables of wrong types, other JSON, and what breaks off. */
export const body: fc.Arbitrary<string> = fc.oneof(
  text.map((query) => JSON.stringify({ query })),
  fc.tuple(fc.constantFrom(...operations), value).map(([query, v]) => JSON.stringify({ query, variables: { v } })),
  fc.json({ maxDepth: 3 }),
  fc.tuple(text, fc.integer({ min: 0, max: 40 })).map(([query, cut]) => JSON.stringify({ query }).slice(0, cut)),
);

const kinds = ['connection_init', 'subscribe', 'complete', 'ping', 'pong', 'next', 'nonsense'];

/** Messages of graphql-transport-ws: mostly operations, some out of order or of the wrong shape. */
export const message: fc.Arbitrary<string> = fc.oneof(
  { weight: 40, arbitrary: fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.oneof(text, fc.constantFrom(...operations)), value).map(([id, query, v]) => JSON.stringify({ id, type: 'subscribe', payload: { query, variables: { v } } })) },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom('complete', 'ping', 'pong'), id: fc.string({ minLength: 1, maxLength: 3 }) }).map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom(...kinds), id: fc.oneof(fc.string({ maxLength: 3 }), value), payload: value }, { requiredKeys: ['type'] }).map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: body },
);

/** One in eight has a byte that is no UTF-8. */
export function spoiled(content: string, at: number): Buffer {
  const bytes = Buffer.from(content);
  if (at % 8 === 0 && bytes.length > 2) bytes[bytes.length >> 1] = 0xff;
  return bytes;
}
