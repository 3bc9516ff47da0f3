import { isErrorCode, LabError } from '@entropic-lab/protocol';

/** An error of an answer, as GraphQL writes it. */
interface AnswerError {
  readonly message?: unknown;
  readonly extensions?: { readonly code?: unknown; readonly path?: unknown } | undefined;
}

/** What the server threw, with its code and path. Of several the first: it is the cause, or as good as any. */
export function fromAnswer(errors: readonly AnswerError[]): LabError {
  const [first] = errors;
  const { code, path } = first?.extensions ?? {};
  return new LabError(isErrorCode(code) ? code : 'INTERNAL', String(first?.message ?? 'the server answered with an error that says nothing'), typeof path === 'string' ? { path } : {});
}

export function unreachable(url: string, cause: unknown): LabError {
  return new LabError('SERVER_UNREACHABLE', `[client] expected a lab at ${url}, got no answer${reasonOf(cause)}. Start one there (entropic up), or give the address of another.`, { cause });
}

export function notALab(url: string, got: string): LabError {
  return new LabError('SERVER_UNREACHABLE', `[client] expected a lab at ${url}, got ${got}. Give the address of a lab; behind a proxy, look at the proxy.`);
}

/** fetch says "fetch failed" and hides the reason one deeper; some reasons have a code and no message. */
function reasonOf(thrown: unknown): string {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(inner instanceof Error)) return '';
  const text = inner.message || String((inner as { code?: unknown }).code ?? inner.name);
  return `: ${text}`;
}
