import type { ReactNode } from 'react';

/** `E_N` with its index set low. */
export function subscript(text: string): ReactNode {
  const [before, index] = text.split('_');
  return index === undefined ? text : <>{before}<sub>{index}</sub></>;
}
