import type { Json } from './draft.ts';

/** Fields of RunSpecInput whose values are enums, which GraphQL writes without quotes. */
const enums = new Set(['norm', 'kind', 'mode']);

/** The mutation that asks for the same, ready to be sent. */
export function mutationText(spec: Json): string {
  return `mutation {\n  startRun(input: ${literal(spec, '  ')}) {\n    id\n    status\n  }\n}`;
}

function literal(value: Json | undefined, indent: string, { key = '', free = false }: { readonly key?: string; readonly free?: boolean } = {}): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map((entry: Json) => literal(entry, indent, { free })).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    if (entries.length === 0) return '{}';
    const deeper = `${indent}  `;
    const lines = entries.map(([name, inner]) => `${deeper}${name}: ${literal(inner as Json, deeper, { key: name, free: free || name === 'options' })}`);
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  // Options are plain JSON, in which a string stays one.
  return !free && enums.has(key) && typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
