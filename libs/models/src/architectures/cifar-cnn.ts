import { layers, sequential } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.ts';
import { activation, initializer } from './choices.ts';

const options = { activation, initializer };
const denseUnits = [512, 256, 128, 128, 84];

/** The "CIFAR CNN" of Table I of Sperl and Boettinger (2020). */
export const cifarCnn: Architecture<typeof options> = {
  name: 'cifar-cnn',
  title: 'CIFAR CNN',
  task: { inputShape: [32, 32, 3], classes: 10 },
  parameters: 1_438_150,
  options: z.strictObject(options),
  build: ({ activation, initializer: kernelInitializer }, { inputShape, classes }) =>
    sequential({
      layers: [
        layers.conv2d({ name: 'conv2d_1', inputShape: [...inputShape], filters: 32, kernelSize: 3, padding: 'same', activation, kernelInitializer }),
        layers.conv2d({ name: 'conv2d_2', filters: 32, kernelSize: 3, activation, kernelInitializer }),
        layers.maxPooling2d({ name: 'pool_1', poolSize: 2 }),
        layers.conv2d({ name: 'conv2d_3', filters: 64, kernelSize: 3, padding: 'same', activation, kernelInitializer }),
        layers.conv2d({ name: 'conv2d_4', filters: 64, kernelSize: 3, activation, kernelInitializer }),
        layers.maxPooling2d({ name: 'pool_2', poolSize: 2 }),
        layers.flatten({ name: 'flatten' }),
        ...denseUnits.map((units, place) => layers.dense({ name: `dense_${place + 1}`, units, activation, kernelInitializer })),
        layers.dense({ name: 'logits', units: classes, kernelInitializer }),
        layers.softmax({ name: 'softmax' }),
      ],
    }),
};
