import { parse, type DocumentNode } from 'graphql';

/** A page asks with a few dozen documents, and a worker with five; longer ones than this are not kept. */
const kept = { documents: 200, length: 20_000 } as const;

/**
 * Reads documents, each once: programs send the same text again and again, and reading takes longer than most answers. The
 * last ones used are kept.
 */
export function documentReader(maxTokens: number): (text: string) => DocumentNode {
  const known = new Map<string, DocumentNode>();
  return (text) => {
    const document = known.get(text) ?? parse(text, { maxTokens });
    known.delete(text);
    if (text.length <= kept.length) known.set(text, document);
    if (known.size > kept.documents) known.delete(known.keys().next().value!);
    return document;
  };
}
