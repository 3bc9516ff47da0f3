import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { builder } from './builder.ts';

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literal(node, variables ?? {}),
});

builder.scalarType('DateTime', {
  description: 'A moment in UTC, ISO 8601, to the millisecond: `2026-01-02T03:04:05.678Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: parseMoment,
  parseLiteral: (node) => parseMoment(node.kind === Kind.STRING ? node.value : undefined),
});

builder.scalarType('SafeInt', {
  description: 'An integer of up to 53 bits: what a JavaScript number holds exactly.',
  serialize: requireSafeInt,
  parseValue: requireSafeInt,
  parseLiteral: (node) => requireSafeInt(node.kind === Kind.INT ? Number(node.value) : literal(node, {})),
});

function parseMoment(value: unknown): Date {
  const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? new Date(value) : undefined;
  if (moment !== undefined && !Number.isNaN(moment.getTime())) return moment;
  throw new GraphQLError(`expected a moment in UTC such as 2026-01-02T03:04:05.678Z, got ${JSON.stringify(value)}`);
}

function requireSafeInt(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new GraphQLError(`expected an integer, got ${JSON.stringify(value)}`);
}

function literal(node: ValueNode, variables: Record<string, unknown>): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  if (node.kind === Kind.NULL) return null;
  if (node.kind === Kind.VARIABLE) return variables[node.name.value];
  if (node.kind === Kind.LIST) return node.values.map((value) => literal(value, variables));
  if (node.kind === Kind.OBJECT) return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literal(value, variables)]));
  return node.value;
}
