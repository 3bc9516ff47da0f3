import { layers, sequential } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.ts';
import { activation, initializer } from './choices.ts';

const options = { activation, initializer };

/** The "MNIST CNN" of Table I of Sperl and Boettinger (2020). */
export const mnistCnn: Architecture<typeof options> = {
  name: 'mnist-cnn',
  title: 'MNIST CNN',
  task: { inputShape: [28, 28, 1], classes: 10 },
  parameters: 4_781_862,
  options: z.strictObject(options),
  build: ({ activation, initializer: kernelInitializer }, { inputShape, classes }) =>
    sequential({
      layers: [
        layers.conv2d({ name: 'conv2d_1', inputShape: [...inputShape], filters: 32, kernelSize: 3, activation, kernelInitializer }),
        layers.conv2d({ name: 'conv2d_2', filters: 64, kernelSize: 3, activation, kernelInitializer }),
        layers.maxPooling2d({ name: 'pool_1', poolSize: 2 }),
        layers.flatten({ name: 'flatten' }),
        layers.dense({ name: 'dense_1', units: 512, activation, kernelInitializer }),
        layers.dense({ name: 'dense_2', units: 84, activation, kernelInitializer }),
        layers.dense({ name: 'logits', units: classes, kernelInitializer }),
        layers.softmax({ name: 'softmax' }),
      ],
    }),
};
