import { execute, getOperationAST, Kind, visit, type ExecutionArgs, type ExecutionResult, type GraphQLFormattedError } from 'graphql';

/** Turns a value of a stream into an answer, as the bytes of its JSON. */
export type Render = (value: unknown) => Buffer | Promise<Buffer>;

/** Answers by value and question: made once, however many ask the same, and gone with the value. */
const answers = new WeakMap<object, Map<string, Buffer | Promise<Buffer>>>();

/** How the answers of a subscription are made; those who ask the same of a stream that is `sameForAll` share them. */
export function renderer(args: ExecutionArgs, format: (error: unknown) => GraphQLFormattedError): Render {
  const render: Render = (value) => {
    const result = execute({ ...args, rootValue: value });
    return 'then' in result ? result.then((late) => inBytes(late, format)) : inBytes(result, format);
  };
  const question = sharedQuestion(args);
  if (question === undefined) return render;
  return (value) => {
    const known = answers.get(value as object) ?? new Map<string, Buffer | Promise<Buffer>>();
    answers.set(value as object, known);
    const answer = known.get(question) ?? render(value);
    known.set(question, answer);
    return answer;
  };
}

function inBytes({ errors, ...result }: ExecutionResult, format: (error: unknown) => GraphQLFormattedError): Buffer {
  return Buffer.from(JSON.stringify(errors === undefined ? result : { ...result, errors: errors.map(format) }));
}

/** Mark of a stream in the schema: its readers get the same objects, and what is told of one never depends on who asks. */
export const sameForAll = { sameForAll: true } as const;

/**
 * What is asked, without the arguments of the stream itself: those say which values come (the run, the cursor), not what is
 * told of each. Undefined for a stream whose answers may differ by reader.
 */
function sharedQuestion({ schema, document, operationName, variableValues }: ExecutionArgs): string | undefined {
  const operation = getOperationAST(document, operationName);
  const root = operation?.selectionSet.selections[0];
  const text = document.loc?.source.body;
  if (text === undefined || root?.kind !== Kind.FIELD) return undefined;
  if (schema.getSubscriptionType()?.getFields()[root.name.value]?.extensions['sameForAll'] !== sameForAll.sameForAll) return undefined;
  const asked = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (_node, _key, parent) => (parent === root.arguments ? false : undefined),
    Variable: ({ name }) => void asked.add(name.value),
  });
  const values = [...asked].sort().map((name) => [name, variableValues?.[name]]);
  return JSON.stringify([text, operationName ?? null, values]);
}
