import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceFailure } from './engine-failure.ts';
import { compiledRunner } from './runner.ts';

beforeAll(() => prepareBackend('cpu'));

/** As ONNX Runtime, CUDA and Dawn word them. No card is here to say them; the one on the processor below is real. */
const said = [
  ['OUT_OF_MEMORY', 'Non-zero status code returned while running Conv node. Name:\'\' Status Message: bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 13107200000'],
  ['OUT_OF_MEMORY', 'CUDA failure 2: out of memory ; GPU=0 ; hostname=a ; file=cuda_allocator.cc ; line=54'],
  ['OUT_OF_MEMORY', 'CUDNN failure 2000: CUDNN_STATUS_ALLOC_FAILED'],
  ['OUT_OF_MEMORY', 'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY'],
  ['DEVICE_LOST', 'CUDA failure 719: unspecified launch failure ; GPU=0'],
  ['DEVICE_LOST', 'CUDA failure 700: an illegal memory access was encountered'],
  ['DEVICE_LOST', 'Failed to map buffer: A valid external Instance reference no longer exists, device was lost'],
  ['DEVICE_LOST', 'vkQueueSubmit failed with VK_ERROR_DEVICE_LOST'],
  ['NO_ENGINE', 'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version'],
  ['NO_ENGINE', 'CUDA failure 100: no CUDA-capable device is detected'],
  [undefined, 'Invalid input shape: {1,2}'],
  [undefined, 'Got invalid dimensions for input: in0 index: 0 Got: 2 Expected: 35'],
] as const;

describe('what the engine throws', () => {
  it.each(said)('%s: %s', (code, message) => {
    const failure = deviceFailure(new Error(message), 'running \'step\'');
    expect(failure?.code).toBe(code);
    if (code !== undefined) expect(failure!.message).toMatch(/^\[engine\] expected .* running 'step', got: .*\. [A-Z].*\.$/s);
  });

  it('is OUT_OF_MEMORY where memory does not suffice, and the engine goes on with less', async () => {
    await using runner = compiledRunner({ threads: 1, fallback: 'eager' });
    // 4 TiB, of which no result is kept.
    const wide = (x: tf.Tensor) => tf.sum(tf.matMul(tf.transpose(x), x));
    await expect(runner.jit(wide)(tf.ones([1, 2 ** 20]))).rejects.toMatchObject({ code: 'OUT_OF_MEMORY', message: expect.stringContaining('smaller batches') as string });
    expect((await runner.jit(wide)(tf.ones([1, 4]))).dataSync()[0]).toBe(16);
  });
});
