import { isEnumType, type GraphQLArgument, isInputObjectType, isInterfaceType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiPage } from './api-page.ts';
import { schema } from './index.ts';
import { printed } from './printed.ts';

describe('the schema', () => {
  it('is the one that clients are generated from', () => {
    expect(readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8')).toBe(printed());
  });

  it('is the one that docs/api.md tells of', () => {
    expect(readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8')).toBe(apiPage());
  });

  it('describes every type, field, argument and value', () => {
    const bare = Object.values(schema.getTypeMap())
      .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
      .flatMap((type) => [
        { name: type.name, description: type.description },
        ...(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : []).flatMap((field) => [
          { name: `${type.name}.${field.name}`, description: field.description },
          ...('args' in field ? (field.args as readonly GraphQLArgument[]).map((arg) => ({ name: `${type.name}.${field.name}(${arg.name})`, description: arg.description })) : []),
        ]),
        ...(isEnumType(type) ? type.getValues().map((value) => ({ name: `${type.name}.${value.name}`, description: value.description })) : []),
      ])
      .filter(({ description }) => !description)
      .map(({ name }) => name);
    expect(bare).toEqual([]);
  });
});
