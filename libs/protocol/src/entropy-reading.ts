import { z } from 'zod';

/**
 * How the entropy of a network is read. The paper (Sperl and Boettinger 2020, equations 6 to 8) leaves these open;
 * every default is the reading under which its numbers come out. The same options for what is measured and for a loss.
 */
export const entropyReadingOptions = {
  layers: z.union([z.enum(['activations', 'all', 'without-output', 'logits-last']), z.array(z.string().min(1)).min(1)]).default('activations').meta({
    title: 'Layers',
    description: 'Which layers are h_1 ... h_M. activations: outputs after an activation function, and the softmax output. all: pools and reshapes too. without-output: no softmax output. logits-last: logits instead of the softmax output. Or a list of names.',
  }),
  nonPositive: z.enum(['zero', 'clip', 'clip-to-one', 'absolute']).default('zero').meta({
    title: 'Values of zero and less',
    description: 'zero: count 0, with gradient 0. clip: are raised to clipAt. clip-to-one: clipped to clipAt ... 1. absolute: -h log|h|.',
  }),
  clipAt: z.number().positive().max(0.1).default(1e-7).meta({ title: 'Clip at', description: 'Smallest value under clip and clip-to-one.' }),
  logarithm: z.enum(['natural', 'base-2']).default('natural').meta({ title: 'Logarithm', description: 'Base of the logarithm.' }),
  countInput: z.boolean().default(false).meta({ title: 'Count the input', description: 'Whether the input image is h_1.' }),
  normalize: z.boolean().default(false).meta({ title: 'Normalize', description: "Whether each layer's values above zero are divided by their sum, which makes them probabilities." }),
};

export const EntropyReading = z.strictObject(entropyReadingOptions);
export type EntropyReading = z.output<typeof EntropyReading>;
