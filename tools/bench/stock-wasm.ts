import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

/** What the lab replaces in TF.js' WASM backend, as it was when this module was loaded. */
const stock = [tf.Sign, tf.AvgPoolGrad].map((kernel) => tf.getKernel(kernel, 'wasm'));

/**
 * The WASM backend as a user of TF.js has it: one thread, as always in Node, and TF.js' own kernels. The gradient of a
 * convolution in its filter, which TF.js has not for WASM, stays the lab's composition of TF.js' operations: without it nothing trains.
 */
export function useStockKernels(): void {
  for (const config of stock) {
    tf.unregisterKernel(config.kernelName, 'wasm');
    tf.registerKernel(config);
  }
}
