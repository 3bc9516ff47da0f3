/**
 * JSON text of a value as PostgreSQL can hold it: NUL characters and lone surrogates, which jsonb refuses and which a
 * plugin may well put into a message, become U+FFFD.
 */
export function toStorable(value: unknown): string {
  return replaceRefused(JSON.stringify(value));
}

/** Drivers hand jsonb over parsed, or as text where a column is computed. */
export function fromStorable<T>(value: unknown): T {
  return (typeof value === 'string' ? JSON.parse(value) : value) as T;
}

/** The same for a text column. */
export function storableText(text: string): string {
  return JSON.parse(toStorable(text)) as string;
}

/** Storable JSON with sorted keys: equal for values that are equal once stored. */
export function canonicalJson(value: unknown): string {
  const sorted = (_key: string, entry: unknown) =>
    typeof entry !== 'object' || entry === null || Array.isArray(entry)
      ? entry
      : Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  return replaceRefused(JSON.stringify(value, sorted));
}

/** JSON.stringify writes exactly these as escapes; the last alternative steps over a backslash that is escaped itself. */
function replaceRefused(json: string): string {
  return json.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (/^\\u(?:0000|d)/.test(escape) ? '\uFFFD' : escape));
}
