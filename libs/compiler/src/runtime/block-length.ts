import type { Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../graph/builder.ts';
import type { EngineOptions } from './engine.ts';
import { sessionOptions } from './engine.ts';
import { functionModel } from './function-model.ts';
import { onnxRuntime } from './onnxruntime.ts';

/** Lengths that ONNX Runtime's blocked convolutions use: 16 with AVX-512, 8 with AVX2. Elsewhere there are none. */
const LENGTHS = [16, 8] as const;
const SIDE = 6;
const CHANNELS = 16;

let found: Promise<number | undefined> | undefined;

/**
 * The length of the blocks of channels that this machine's convolutions compute in, found once a process by trying:
 * a convolution in blocks of another length gives other numbers than one that is not in blocks.
 */
export function blockLength(options: EngineOptions): Promise<number | undefined> {
  if ((options.provider ?? 'cpu') !== 'cpu') return Promise.resolve(undefined);
  return (found ??= tryLengths());
}

async function tryLengths(): Promise<number | undefined> {
  const expected = await compute(undefined);
  for (const length of LENGTHS) {
    const result = await compute(length).catch(() => undefined);
    if (result?.every((value, i) => Math.abs(value - expected[i]!) < 1e-4)) return length;
  }
  return undefined;
}

/** Two convolutions, one behind the other, of numbers that differ from channel to channel. */
async function compute(block: number | undefined): Promise<Float32Array> {
  const builder = new GraphBuilder();
  const x = builder.input({ shape: [1, SIDE, SIDE, CHANNELS], dtype: 'float32' });
  const filter = builder.input({ shape: [3, 3, CHANNELS, CHANNELS], dtype: 'float32' });
  const attributes = { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations: 1 };
  const once = builder.emitOne('Conv2D', { x, filter }, attributes);
  const model = functionModel(builder.finish([builder.emitOne('Conv2D', { x: once, filter }, attributes)]), 'block length', { block });
  const session = await onnxRuntime().InferenceSession.create(model.bytes, sessionOptions({ threads: 1 }));
  try {
    const feeds = { in0: numbers(x.shape, 3), in1: numbers(filter.shape, 5) };
    return (await session.run(feeds))[model.outputs[0]!.name]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

function numbers(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return new (onnxRuntime().Tensor)('float32', Float32Array.from({ length: size }, (_, i) => (((i + seed) * 7919) % 1009) / 1009 - 0.5), [...shape]);
}
