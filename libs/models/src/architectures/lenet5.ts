import { layers, sequential } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.ts';
import { activation, initializer } from './choices.ts';

const options = {
  activation,
  initializer,
  filters: z.int().min(1).default(6).meta({
    title: 'First filters',
    description: 'Filters of the first convolution: 6 as LeCun et al. have it; Table I of Sperl and Boettinger prints 5.',
  }),
  padding: z.enum(['same', 'valid']).default('same').meta({ title: 'Padding', description: 'Padding of the first convolution.' }),
};

/** LeNet-5, Table I of Sperl and Boettinger (2020), after LeCun et al. (1998). */
export const lenet5: Architecture<typeof options> = {
  name: 'lenet5',
  title: 'LeNet-5',
  task: { inputShape: [28, 28, 1], classes: 10 },
  parameters: 61_706,
  options: z.strictObject(options),
  build: ({ activation, initializer: kernelInitializer, filters, padding }, { inputShape, classes }) =>
    sequential({
      layers: [
        layers.conv2d({ name: 'conv2d_1', inputShape: [...inputShape], filters, kernelSize: 5, padding, activation, kernelInitializer }),
        layers.averagePooling2d({ name: 'pool_1', poolSize: 2 }),
        layers.conv2d({ name: 'conv2d_2', filters: 16, kernelSize: 5, activation, kernelInitializer }),
        layers.averagePooling2d({ name: 'pool_2', poolSize: 2 }),
        layers.flatten({ name: 'flatten' }),
        layers.dense({ name: 'dense_1', units: 120, activation, kernelInitializer }),
        layers.dense({ name: 'dense_2', units: 84, activation, kernelInitializer }),
        layers.dense({ name: 'logits', units: classes, kernelInitializer }),
        layers.softmax({ name: 'softmax' }),
      ],
    }),
};
