import { getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from './index.ts';

/** What tells a reader of which things a number is so many, of what it is a share, or from where it counts. */
const told = /\b(share|seconds?|bytes|MiB|watts|year|images?|examples?|epochs?|steps?|runs?|neurons?|class(es)?|logits?|pixels?|nats|units?|passes|times|per|claims?|numbers?|from [01]|0 to 1)\b| \/ /i;

/** Where the name of a field says what kind of number it is, its description must say the unit or denominator of that kind. */
const kinds: readonly (readonly [RegExp, RegExp])[] = [
  [/seconds/i, /\bseconds\b/i],
  [/accuracy$|successRate$|share$|^ofAll$|^ofCorrect$/i, /\bshare of\b| \/ /i],
  [/interval$/i, /\bshare\b/i],
  [/entropy/i, /\bnats\b/i],
  [/epsilon$|distance$/i, /units of the pixels/],
  [/MiB$/, /\bMiB\b/],
  [/calls$/i, /\bpasses per\b/i],
];

/** Numbers that have no unit of their own. */
const exceptions: Readonly<Record<string, string>> = {
  'Run.priority': 'only compared with that of another run',
};

const numbers = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) || isInterfaceType(type))
  .filter(({ name }) => !name.startsWith('__'))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })))
  .filter(({ field }) => ['Int', 'Float'].includes(getNamedType(field.type).name));

function says({ name, description }: { readonly name: string; readonly description?: string | null | undefined }): boolean {
  const kind = kinds.filter(([names]) => names.test(name.split('.').at(-1)!));
  return [told, ...kind.map(([, words]) => words)].every((words) => words.test(description ?? ''));
}

describe('every number of the schema', () => {
  it('says its unit or denominator', () => {
    const silent = numbers.filter(({ name, field }) => !says({ name, description: field.description }) && !(name in exceptions));
    expect(silent.map(({ name, field }) => `${name}: ${field.description}`)).toEqual([]);
  });

  it('is excused only where it is needed', () => {
    for (const name of Object.keys(exceptions)) expect(says({ name, description: numbers.find((number) => number.name === name)!.field.description }), name).toBe(false);
  });

  it.each([['A.seconds', 'Time it took.'], ['A.epsilon', 'Budget of the examples.'], ['A.robustAccuracy', 'Examples that held.'], ['A.width', 'How wide it is.']])('would be found out: %s: %s', (name, description) => {
    expect(says({ name, description })).toBe(false);
  });
});
