/** A cell as it is laid out: what is read first, and what stands small below it. Together they are the cell's text. */
export interface CellParts {
  /** `3.50 %`; all of the text where it is no number with counts. */
  readonly first: string;
  /** ` (2.1 to 5.6; 7 of 200)`, with what comes between. */
  readonly counts: string;
  /** `; audit: ` and the verdict. */
  readonly verdict: { readonly before: string; readonly word: string } | undefined;
}

export function cellParts(text: string): CellParts {
  const match = /^(\d+\.\d+ %)( \([^)]*\))?(?:(; audit: )(.+))?$/.exec(text);
  if (match === null) return { first: text, counts: '', verdict: undefined };
  const [, first, counts = '', before, word] = match;
  return { first: first!, counts, verdict: before === undefined || word === undefined ? undefined : { before, word } };
}
