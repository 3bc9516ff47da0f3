import { LabError } from '@entropic-lab/protocol';
import { getNamedType, getNullableType, isCompositeType, isInterfaceType, isListType, isObjectType, Kind, SchemaMetaFieldDef, TypeMetaFieldDef, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type GraphQLArgument, type GraphQLField, type GraphQLNamedType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode, valueFromASTUntyped } from 'graphql';
import { documentReader } from './documents.ts';

/**
 * What one document may ask for. A page of the Studio asks for some 60 fields of 50 runs, 5 deep: a cost of 6,000. The
 * introspection query is 15 deep. Comparing fields of one name takes time with the square of their number.
 */
export const queryLimits = { tokens: 20_000, depth: 20, selections: 2_000, cost: 200_000 } as const;

/** The same text gives the same document, so what is known of it can be kept by it. */
export const readDocument = documentReader(queryLimits.tokens);

/** Each operation asks the database at least once. */
const rootCost = 1_000;
const sizeArguments = ['first', 'last'];
/** What a list is taken for that does not say how long it may be. */
const usualLength = 10;
/** Lists that are longer than others: a study has up to 1,000 runs. */
const longLists: Readonly<Record<string, number>> = { 'Study.table': 200 };
/** Lists of arguments that an answer has an entry for each of, and for each with each of the others. */
const listArguments = ['runIds', 'names'];

interface Weight {
  readonly depth: number;
  /** Values that the answer may hold. */
  readonly cost: number;
}

type Variables = Readonly<Record<string, unknown>>;

interface Walk {
  readonly schema: GraphQLSchema;
  /** As given, and where they are not, as the operation says. */
  readonly variables: Variables;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Of the chart within which the walk is. */
  readonly maxPoints: number;
  /** Each fragment is weighed once, however often it is spread: by nesting they could grow without end. */
  readonly weighed: Map<string, Weight>;
}

/**
 * Reads a query and refuses it when its answer could be too large, before any of it is validated.
 * @throws GraphQLError for what cannot be read; LabError TOO_COMPLEX.
 */
export function refuseComplex(schema: GraphQLSchema, query: string, variables: Variables | null | undefined): DocumentNode {
  const document = readDocument(query);
  const fragments = new Map(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])));
  const selections = document.definitions.reduce((sum, definition) => sum + ('selectionSet' in definition ? countSelections(definition.selectionSet) : 0), 0);
  if (selections > queryLimits.selections) throw tooComplex(`at most ${queryLimits.selections} fields`, String(selections));
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const walk: Walk = { schema, variables: { ...defaultsOf(definition), ...variables }, fragments, maxPoints: usualLength, weighed: new Map() };
    const { depth, cost } = weigh(walk, definition.selectionSet, schema.getRootType(definition.operation) ?? undefined);
    if (depth > queryLimits.depth) throw tooComplex(`fields at most ${queryLimits.depth} deep`, String(depth));
    const total = cost + rootCost * definition.selectionSet.selections.length;
    if (total > queryLimits.cost) throw tooComplex(`an answer of at most ${queryLimits.cost} values`, `one of up to ${total}`);
  }
  return document;
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(variableDefinitions.flatMap(({ variable, defaultValue }) => (defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]])));
}

function countSelections({ selections }: SelectionSetNode): number {
  return selections.reduce((sum, selection) => sum + 1 + ('selectionSet' in selection && selection.selectionSet !== undefined ? countSelections(selection.selectionSet) : 0), 0);
}

function weigh(walk: Walk, { selections }: SelectionSetNode, type: GraphQLNamedType | undefined): Weight {
  let [depth, cost] = [0, 0];
  for (const selection of selections) {
    const weight = selection.kind === Kind.FIELD ? weighField(walk, selection, type)
      : selection.kind === Kind.FRAGMENT_SPREAD ? weighFragment(walk, selection.name.value)
      : weigh(walk, selection.selectionSet, selection.typeCondition === undefined ? type : walk.schema.getType(selection.typeCondition.name.value));
    depth = Math.max(depth, weight.depth);
    cost += weight.cost;
  }
  return { depth, cost };
}

/** What a schema tells of itself, which no type lists among its fields. */
const metaFields = [SchemaMetaFieldDef, TypeMetaFieldDef];

function weighField(walk: Walk, node: FieldNode, parent: GraphQLNamedType | undefined): Weight {
  if (node.selectionSet === undefined) return { depth: 1, cost: 1 };
  const field = isObjectType(parent) || isInterfaceType(parent) ? (parent.getFields()[node.name.value] ?? metaFields.find(({ name }) => name === node.name.value)) : undefined;
  const type = field === undefined ? undefined : getNamedType(field.type);
  const chart = field?.args.find(({ name }) => name === 'maxPoints');
  const within = chart === undefined ? walk : { ...walk, maxPoints: sizeOf(chart, node, walk) };
  const inner = weigh(within, node.selectionSet, isCompositeType(type) ? type : undefined);
  return { depth: inner.depth + 1, cost: 1 + lengthOf(walk, node, { field, parent }) * inner.cost };
}

function weighFragment(walk: Walk, name: string): Weight {
  const key = `${name} ${walk.maxPoints}`;
  const known = walk.weighed.get(key);
  if (known !== undefined) return known;
  const fragment = walk.fragments.get(name);
  // Of a circle, which validation refuses, the rest of the way weighs nothing.
  walk.weighed.set(key, { depth: 0, cost: 0 });
  if (fragment === undefined) return { depth: 0, cost: 0 };
  const weight = weigh(walk, fragment.selectionSet, walk.schema.getType(fragment.typeCondition.name.value));
  walk.weighed.set(key, weight);
  return weight;
}

/** How often what is within a field may come: as its arguments say, or as lists usually do. */
function lengthOf(walk: Walk, node: FieldNode, { field, parent }: { field: GraphQLField<unknown, unknown> | undefined; parent: GraphQLNamedType | undefined }): number {
  if (field === undefined) return usualLength;
  const sized = field.args.filter(({ name }) => sizeArguments.includes(name));
  if (sized.length > 0) return Math.max(...sized.map((argument) => sizeOf(argument, node, walk)));
  const lists = field.args.filter(({ name }) => listArguments.includes(name));
  // Its entries are those of the lists, each with each.
  if (lists.length > 0) return lists.reduce((product, { name }) => product * lengthGiven(valueGiven(name, node, walk)), 1);
  const place = `${parent?.name}.${node.name.value}`;
  if (place === 'Series.points') return walk.maxPoints;
  // The length of a page was counted at its connection.
  if (!isListType(getNullableType(field.type)) || node.name.value === 'edges') return 1;
  return longLists[place] ?? usualLength;
}

function sizeOf({ name, defaultValue }: GraphQLArgument, node: FieldNode, walk: Walk): number {
  const size = valueGiven(name, node, walk) ?? defaultValue;
  return typeof size === 'number' && size >= 0 ? size : 50;
}

function valueGiven(name: string, node: FieldNode, { variables }: Walk): unknown {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  return value === undefined ? undefined : valueFromASTUntyped(value, variables);
}

/** A single value is a list of one, as GraphQL takes it. */
function lengthGiven(list: unknown): number {
  return Array.isArray(list) ? list.length : 1;
}

function tooComplex(expected: string, got: string): LabError {
  return new LabError('TOO_COMPLEX', `[server] expected a query that asks for ${expected}, got ${got}. Ask for fewer fields or smaller pages, or in several requests.`);
}
