import { createHash } from 'node:crypto';

/** Numbers from 0 to below 1 that the seed determines: 53 bits of SHA-256 of the seed and a counter. */
export function draws(seed: number): () => number {
  let at = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed} ${at}`).digest();
    at += 1;
    return Number(digest.readBigUInt64BE() >> 11n) / 2 ** 53;
  };
}
