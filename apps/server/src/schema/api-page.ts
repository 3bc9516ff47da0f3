import { isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isObjectType, isScalarType, isSpecifiedScalarType, type GraphQLArgument, type GraphQLField, type GraphQLNamedType } from 'graphql';
import { needed, rightsOf } from '../access/rights.ts';
import { schema } from './index.ts';

/** The text of docs/api.md: the whole schema for people, and who may do what. */
export function apiPage(): string {
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type)).sort(byName);
  const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
  const others = types.filter((type) => !roots.some(({ name }) => name === type.name));
  const chapters = [
    ...roots.map((root) => `## ${headings[root.name]}\n\n${root.description}\n\n${Object.values(root.getFields()).sort(byName).map((field) => operation(root.name, field)).join('\n\n')}`),
    ...groups.map(({ title, has }) => `## ${title}\n\n${others.filter(has).map(typeOf).join('\n\n')}`),
  ];
  return `${introduction}\n\n${chapters.join('\n\n')}\n`;
}

const introduction = `# The API

Made from the schema by \`npm run schema\`; a test holds the two together. The schema itself is [schema.graphql](../schema.graphql).

Queries and mutations go to \`POST /graphql\`, subscriptions over WebSocket to \`/graphql\` (protocol \`graphql-transport-ws\`).
Where the lab has tokens, send one: \`Authorization: Bearer <token>\`, over WebSocket \`connectionParams: { token }\`, on addresses
of files also \`?token=\`. Errors carry \`extensions.code\` (see [ErrorCode](#errorcode)) and, for input, \`extensions.path\`.
With tokens, answers have the headers \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (seconds).

Besides GraphQL: \`GET /artifacts/<sha256>\` gives out bytes that runs kept; \`GET /export/<runs|epochs|evaluations>.<csv|json|ndjson>\`
streams a selection, with \`filter\` ([RunFilter](#runfilter)) and \`sort\` ([RunSort](#runsort)) as JSON in the address and
\`limit\`, a number of runs; \`GET /metrics\` is for Prometheus, \`/healthz\` and \`/readyz\` are for whoever watches the process.`;

const headings: Readonly<Record<string, string>> = { Query: 'Queries', Mutation: 'Mutations', Subscription: 'Subscriptions' };

const groups: readonly { readonly title: string; readonly has: (type: GraphQLNamedType) => boolean }[] = [
  { title: 'Types', has: (type) => isObjectType(type) || isInterfaceType(type) },
  { title: 'Inputs', has: isInputObjectType },
  { title: 'Choices', has: isEnumType },
  { title: 'Scalars', has: isScalarType },
];

function operation(root: string, field: GraphQLField<unknown, unknown>): string {
  return `### ${field.name}\n\n\`${field.name}: ${String(field.type)}\` (${rolesFor(`${root}.${field.name}`)})\n\n${field.description}${field.args.length === 0 ? '' : `\n\n${rows('argument', [...field.args].sort(byName))}`}`;
}

function rolesFor(name: string): string {
  return Object.entries(rightsOf).flatMap(([role, rights]) => (needed[name]!.some((right) => rights.includes(right)) ? [role] : [])).join(', ');
}

function typeOf(type: GraphQLNamedType): string {
  const title = `### ${type.name}\n\n${type.description}`;
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) return `${title}\n\n${rows('field', Object.values(type.getFields()).sort(byName))}`;
  if (isEnumType(type)) return `${title}\n\n| value | |\n|---|---|\n${type.getValues().map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`).join('\n')}`;
  return title;
}

function rows(what: string, fields: readonly (Pick<GraphQLArgument, 'name' | 'description'> & { readonly type: unknown })[]): string {
  return `| ${what} | type | |\n|---|---|---|\n${fields.map(({ name, type, description }) => `| \`${name}\` | \`${String(type)}\` | ${cell(description)} |`).join('\n')}`;
}

function cell(text: string | null | undefined): string {
  return (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
