import { LabError, OWN_MODEL, parse, type ArchitectureDescriptor } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture, Task } from './architectures/architecture.ts';
import { cifarCnn } from './architectures/cifar-cnn.ts';
import { lenet5 } from './architectures/lenet5.ts';
import { mnistCnn } from './architectures/mnist-cnn.ts';
import { seedParams } from './seed-params.ts';
import { networkOf } from './layered-network.ts';
import type { Network } from './network.ts';
import { scaledLogits } from './scaled-logits.ts';
import { openOwnModel, ownModelDescriptor } from './own-model.ts';

/** Every architecture the lab builds itself. */
export const architectures: readonly Architecture[] = [lenet5, mnistCnn, cifarCnn] as readonly Architecture[];

export interface NewNetwork {
  /** As the architecture's descriptor gives them. Default: none given, so its defaults. */
  readonly options?: unknown;
  /** Image shape and classes. Default: what the architecture was designed for. */
  readonly task?: Task;
  /** Determines the first weights. */
  readonly rng: Rng;
}

/**
 * A network with first weights drawn from `rng`.
 * @throws LabError UNKNOWN_ARCHITECTURE; INVALID_INPUT for options, and for images too small for the architecture.
 */
export function createNetwork(name: string, { options, task, rng }: NewNetwork): Network {
  const model = buildModel(name, options, task);
  const network = networkOf(model, name);
  seedParams(network, model, rng);
  return network;
}

/**
 * The network of a spec: built with first weights drawn from `rng`, or the user's own model with the weights it has; its
 * logits multiplied by `logitScale`.
 * @throws LabError as {@link createNetwork} and {@link openOwnModel}.
 */
export async function openNetwork(name: string, { options, task, rng, logitScale = 1 }: NewNetwork & { readonly logitScale?: number }): Promise<Network> {
  const network = name === OWN_MODEL ? await openOwnModel(options, task) : createNetwork(name, { options, rng, ...(task === undefined ? {} : { task }) });
  return logitScale === 1 ? network : scaledLogits(network, logitScale);
}

/** The architecture as a plain tf.LayersModel, with weights of TF.js' choosing. */
export function buildModel(name: string, options: unknown = {}, task?: Task): LayersModel {
  const architecture = architectures.find((candidate) => candidate.name === name);
  if (architecture === undefined) {
    const names = [...architectures.map((known) => known.name), OWN_MODEL].join(', ');
    throw new LabError('UNKNOWN_ARCHITECTURE', `[models] expected one of ${names}, got ${JSON.stringify(name)} (model.architecture).`, { path: 'model.architecture' });
  }
  const schema = z.strictObject({ model: z.strictObject({ options: architecture.options }) });
  const parsed = parse(schema, { model: { options } }, name).model.options;
  const { inputShape, classes } = task ?? architecture.task;
  const model = architecture.build(parsed, { inputShape, classes });
  // TF.js lets a convolution that is larger than its image through, with a size of zero or less.
  const empty = model.layers.find((layer) => layer.outputShape.some((size) => typeof size === 'number' && size <= 0));
  if (empty === undefined) return model;
  model.dispose();
  const message = `[models] expected images that ${name} can take, got ${inputShape.join(' x ')}, of which ${empty.name} leaves nothing (model.architecture). Choose another architecture or dataset.`;
  throw new LabError('INVALID_INPUT', message, { path: 'model.architecture' });
}

/** What a worker's catalogue says of the architectures. */
export function architectureDescriptors(): ArchitectureDescriptor[] {
  const built = architectures.map(({ name, title, task, parameters, options }) => ({
    name,
    title,
    inputShape: [...task.inputShape] as [number, number, number],
    classes: task.classes,
    parameters,
    optionsSchema: z.toJSONSchema(options, { io: 'input' }),
  }));
  return [...built, ownModelDescriptor()];
}
