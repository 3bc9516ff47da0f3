import { EntropyReading, parse } from '@entropic-lab/protocol';

export { EntropyReading as ReadingSchema, entropyReadingOptions as readingOptions } from '@entropic-lab/protocol';

/** How the entropy of a network is read: every option of the paper's open questions, in the protocol. */
export type Reading = EntropyReading;

/** The default reading: layers after an activation function and the softmax, h <= 0 counts 0, natural logarithm. */
export const defaultReading: Reading = EntropyReading.parse({});

/** @throws LabError INVALID_INPUT with the path of the option. */
export function parseReading(value: unknown): Reading {
  return parse(EntropyReading, value, 'entropy');
}
