import { LabError } from '@entropic-lab/protocol';
import { GraphBuilder } from '../graph/builder.ts';
import { deviceFailure } from './engine-failure.ts';
import type { EngineOptions, Provider } from './engine.ts';
import { functionModel, type FunctionModel } from './function-model.ts';
import { openSession, type EngineSession, type Feeds } from './open-session.ts';
import { fromEngine, toEngine } from './tensors.ts';

/** Convolutions of k x k from `inputs` to `outputs` channels; [6, 16, 5] is one that a WebGPU provider got wrong. */
const SHAPES: readonly (readonly [inputs: number, outputs: number, kernel: number])[] = [[1, 6, 5], [3, 32, 3], [6, 16, 5], [9, 4, 3], [32, 32, 3]];
const SIDE = 8;
/** Sums of a few hundred products of numbers below 1, in float32. */
const TOLERANCE = 1e-3;

const checked = new Map<string, Promise<void>>();

/**
 * Computes convolutions and a matrix product with a provider and compares them with plain numbers, once a process.
 * @throws LabError NO_ENGINE where the provider is not there or computes something else.
 */
export function checkProvider(options: EngineOptions): Promise<void> {
  const provider = options.provider ?? 'cpu';
  const key = `${provider} ${options.binding ?? ''}`;
  if (!checked.has(key)) checked.set(key, verify(provider, options));
  return checked.get(key)!;
}

async function verify(provider: Provider, options: EngineOptions): Promise<void> {
  for (const shape of SHAPES) {
    const difference = await worstDifference(shape, provider, options);
    if (difference <= TOLERANCE) continue;
    throw new LabError('NO_ENGINE', `[compiler] expected the provider ${provider} to compute a ${shape[2]}x${shape[2]} convolution of ${shape[0]} to ${shape[1]} channels, got results off by ${difference.toPrecision(2)}. Choose another engine (--engine).`);
  }
}

async function worstDifference([inputs, outputs, k]: readonly [number, number, number], provider: Provider, options: EngineOptions): Promise<number> {
  const [x, w] = [numbers(inputs * SIDE * SIDE, 7), numbers(outputs * inputs * k * k, 11)];
  const result = await run(convModel([inputs, outputs, k], provider), { in0: toEngine(x, 'float32', [1, SIDE, SIDE, inputs]), in1: toEngine(w, 'float32', [k, k, inputs, outputs]) }, provider, options);
  const expected = convolution(x, w, [inputs, outputs, k]);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - result[i]!)), 0);
}

async function run(model: FunctionModel, feeds: Feeds, provider: Provider, options: EngineOptions): Promise<Float32Array> {
  let session: EngineSession;
  try {
    session = await openSession({ key: 'check', name: 'check', bytes: model.bytes }, options);
  } catch (cause) {
    const failure = deviceFailure(cause, `starting ${provider}`);
    if (failure !== undefined) throw failure;
    throw new LabError('NO_ENGINE', `[compiler] expected the provider ${provider}, but ONNX Runtime cannot start it: ${(cause as Error).message.trim()}. ${REMEDIES[provider]}`, { cause });
  }
  try {
    const [{ name, dtype, shape }] = model.outputs as [FunctionModel['outputs'][0]];
    const fetched = await session.run(feeds, [{ name, dtype, dims: shape, stays: false }]);
    return fromEngine(fetched[name]!) as Float32Array;
  } catch (cause) {
    throw deviceFailure(cause, `checking ${provider}`) ?? new LabError('NO_ENGINE', `[compiler] expected the provider ${provider} to compute a convolution, but it failed: ${(cause as Error).message.trim()}. ${REMEDIES[provider]}`, { cause });
  } finally {
    await session.release();
  }
}

const REMEDIES: Readonly<Record<Provider, string>> = {
  cpu: 'Reinstall onnxruntime-node.',
  webgpu: 'It needs a GPU with Vulkan, Metal or Direct3D 12; or choose another engine (--engine).',
  cuda: 'Run ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false on Linux with CUDA 12 and cuDNN 9; or choose another engine (--engine).',
};

/** As the compiler lowers it for that provider. */
function convModel([inputs, outputs, k]: readonly [number, number, number], provider: Provider): FunctionModel {
  const builder = new GraphBuilder();
  const x = builder.input({ shape: [1, SIDE, SIDE, inputs], dtype: 'float32' });
  const filter = builder.input({ shape: [k, k, inputs, outputs], dtype: 'float32' });
  const result = builder.emitOne('Conv2D', { x, filter }, { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations: 1 });
  return functionModel(builder.finish([result]), 'check', { provider });
}

/** Numbers in -0.5 ... 0.5 without a pattern that a wrong order of channels could hide in. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 7919 + seed * 104_729) % 1009) / 1009 - 0.5);
}

function convolution(x: Float32Array, w: Float32Array, [inputs, outputs, k]: readonly [number, number, number]): number[] {
  const side = SIDE - k + 1;
  return Array.from({ length: side * side * outputs }, (_, at) => {
    const [o, column, row] = [at % outputs, Math.floor(at / outputs) % side, Math.floor(at / outputs / side)];
    let sum = 0;
    for (let p = 0; p < k; p++) for (let q = 0; q < k; q++) for (let i = 0; i < inputs; i++) sum += x[((row + p) * SIDE + column + q) * inputs + i]! * w[((p * k + q) * inputs + i) * outputs + o]!;
    return sum;
  });
}
