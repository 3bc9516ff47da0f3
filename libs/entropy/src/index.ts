export { defaultReading, parseReading, readingOptions, ReadingSchema, type Reading } from './reading.ts';
export { entropyFlow, layerEntropies, networkEntropy, type LayerEntropy } from './entropies.ts';
export { highestEntropyFlow, UNLIMITED } from './reach.ts';
export { entropyMeter, type EntropyMeter, type ExampleEntropies, type MeterOptions } from './measure.ts';
