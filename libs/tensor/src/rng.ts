import { LabError } from '@entropic-lab/protocol';
import { normalQuantile } from './normal-quantile.ts';
import { philox } from './philox.ts';

const FORK_LABEL = 0x666f726b;
const FORK_INDEX = 0x696e6478;

/**
 * A source of random numbers that is a value: the same call on the same `Rng` gives the same numbers, on every
 * machine. For other numbers, `fork`. So what is drawn for one example, layer or epoch depends on its label and not
 * on what was drawn before.
 */
export class Rng {
  readonly #key0: number;
  readonly #key1: number;

  /** @param seed whole number from 0 to 2^53 - 1. @throws LabError INVALID_INPUT for any other. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new LabError('INVALID_INPUT', `[rng] expected a whole number from 0 to 2^53 - 1, got ${seed} (seed).`, { path: 'seed' });
    }
    this.#key0 = seed >>> 0;
    this.#key1 = Math.floor(seed / 0x1_0000_0000);
  }

  /** An independent source for `label`; a number and the string of its digits are different labels. */
  fork(label: string | number): Rng {
    const state = new Uint32Array([0, 0, 0, typeof label === 'number' ? FORK_INDEX : FORK_LABEL]);
    const words = typeof label === 'number' ? wordsOfNumber(label) : wordsOfText(label);
    // A CBC-MAC over the label with Philox as the block cipher; the length in the first block separates prefixes.
    state[0] = words.length;
    philox(state, this.#key0, this.#key1);
    for (let at = 0; at < words.length; at += 4) {
      for (let lane = 0; lane < 4; lane++) state[lane]! ^= words[at + lane] ?? 0;
      philox(state, this.#key0, this.#key1);
    }
    return new Rng((state[0] ?? 0) + (state[1]! & 0x1fffff) * 0x1_0000_0000);
  }

  /** `n` numbers uniform over the multiples of 2^-24 in [0, 1). */
  uniform(n: number): Float32Array {
    const words = this.#words(n);
    return Float32Array.from(words, (word) => (word >>> 8) / 0x100_0000);
  }

  /** `n` standard normal numbers, by inversion of 32 bits: none lies beyond 6.4 standard deviations. */
  normal(n: number): Float32Array {
    const words = this.#words(n);
    return Float32Array.from(words, (word) => normalQuantile((word + 0.5) / 0x1_0000_0000));
  }

  /** `n` whole numbers uniform over 0 ... below - 1, without bias. `below` from 1 to 2^31. */
  integers(below: number, n: number): Int32Array {
    if (!Number.isInteger(below) || below < 1 || below > 0x8000_0000) {
      throw new LabError('INVALID_INPUT', `[rng] expected a whole number from 1 to 2^31, got ${below} (below).`, { path: 'below' });
    }
    const next = this.#below();
    return Int32Array.from({ length: n }, () => next(below));
  }

  /** 0 ... n - 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, index) => index);
    const next = this.#below();
    for (let last = n - 1; last > 0; last--) {
      const other = next(last + 1);
      const value = order[last]!;
      order[last] = order[other]!;
      order[other] = value;
    }
    return order;
  }

  /** Words of counters 0, 1, 2 ... */
  #words(n: number, firstBlock = 0): Uint32Array {
    const words = new Uint32Array(Math.ceil(n / 4) * 4);
    const counter = new Uint32Array(4);
    for (let at = 0; at < words.length; at += 4) {
      counter[0] = firstBlock + at / 4;
      counter[1] = 0;
      counter[2] = 0;
      counter[3] = 0;
      philox(counter, this.#key0, this.#key1);
      words.set(counter, at);
    }
    return words.subarray(0, n);
  }

  /** Draws below a bound by rejection: words past the largest multiple of the bound are passed over. */
  #below(): (bound: number) => number {
    const CHUNK = 256;
    let words = this.#words(CHUNK);
    let used = 0;
    let block = 0;
    return (bound) => {
      const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
      for (;;) {
        if (used === CHUNK) {
          block += CHUNK / 4;
          words = this.#words(CHUNK, block);
          used = 0;
        }
        const word = words[used++]!;
        if (word < limit) return word % bound;
      }
    };
  }
}

function wordsOfNumber(label: number): Uint32Array {
  return new Uint32Array(Float64Array.of(label).buffer);
}

function wordsOfText(label: string): Uint32Array {
  const bytes = new TextEncoder().encode(label);
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / 4) * 4);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return new Uint32Array(padded.buffer);
}
