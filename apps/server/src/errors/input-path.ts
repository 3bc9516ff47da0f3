import { Kind, parse, visit, type ASTNode, type GraphQLError } from 'graphql';

/**
 * Path of the field at fault in the input, for errors that GraphQL itself found: wrong type, unknown or missing field.
 * In the same words as a LabError's: `training.epochs`, without the name of the argument that holds it.
 */
export function inputPath(error: GraphQLError): string | undefined {
  const parts = variablePath(error.message) ?? literalPath(error);
  if (parts === undefined) return undefined;
  const named = fieldNamed(error.message).filter((name) => name !== parts.at(-1));
  const whole = [...parts, ...named];
  return (whole.length > 1 ? whole.slice(1) : whole).join('.');
}

/** graphql-js writes: Variable "$input" got invalid value 1.5 at "input.training.epochs"; ... */
function variablePath(message: string): string[] | undefined {
  const [, name, at] = /^Variable "\$(\w+)" (?:got invalid value .*? at "([^"]+)"; )?/s.exec(message) ?? [];
  if (name === undefined) return undefined;
  return at === undefined ? [name] : at.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
}

/** Unknown and missing fields are told at the object that should hold them. */
function fieldNamed(message: string): string[] {
  const name = /Field "(?:\w+\.)?(\w+)" (?:of required type .* was not provided|is not defined by type)/.exec(message)?.[1];
  return name === undefined ? [] : [name];
}

/** Values written into the query text itself: the way from the argument to the node at fault. */
function literalPath(error: GraphQLError): string[] | undefined {
  const [node] = error.nodes ?? [];
  const source = error.source?.body;
  if (node?.loc === undefined || source === undefined) return undefined;
  const { start } = node.loc;
  let found: string[] | undefined;
  visit(parse(source), {
    enter(here, _key, parent, _path, ancestors) {
      if (found !== undefined || here.kind !== node.kind || here.loc?.start !== start) return;
      found = namesOf([...ancestors, parent, here].filter((entry): entry is ASTNode => entry !== undefined && !Array.isArray(entry)));
    },
  });
  return found === undefined || found.length === 0 ? undefined : found;
}

function namesOf(nodes: readonly ASTNode[]): string[] {
  return nodes.flatMap((node, depth) => {
    if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) return [node.name.value];
    const above = nodes[depth - 1];
    return above?.kind === Kind.LIST ? [String(above.values.findIndex((value) => value === node))] : [];
  });
}
