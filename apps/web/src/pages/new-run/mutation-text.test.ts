import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { cleaned, problemOf, type Draft, type Json } from './draft.ts';
import { mutationText } from './mutation-text.ts';
import { presets } from './presets.ts';

const [schemaText] = Object.values(import.meta.glob<string>('/schema.graphql', { query: '?raw', import: 'default', eager: true }));
const schema = buildSchema(schemaText!);

it.each(presets.map(({ key, spec }) => [key, spec] as const))('the preset %s is a request, and its mutation one by schema.graphql', (_, spec) => {
  expect(problemOf(spec as unknown as Draft)).toBeUndefined();
  expect(validate(schema, parse(mutationText(cleaned(spec as unknown as Json) as Json)))).toEqual([]);
});

it('quotes strings of options, also where their name is that of an enum field', () => {
  expect(mutationText({ evaluation: { attacks: [{ plugin: 'x', norm: 'l2', options: { norm: 'l2', list: ['a', 1] } }] } })).toContain('norm: l2\n');
  expect(mutationText({ options: { norm: 'l2' } })).toContain('norm: "l2"');
});
