import { LabError, OWN_MODEL, parse, type ArchitectureDescriptor } from '@entropic-lab/protocol';
import { z } from 'zod';
import type { Task } from './architectures/architecture.ts';
import { loadModel } from './load-model.ts';
import type { Network } from './network.ts';

const options = z.strictObject({
  path: z.string().min(1).meta({
    title: 'Path',
    description: 'model.json of a tf.LayersModel, or of a Keras model converted to one, or the folder that holds it, on the machine that computes; its weight files beside it.',
  }),
});

/** What a worker's catalogue says of a model that the user brings. */
export function ownModelDescriptor(): ArchitectureDescriptor {
  const optionsSchema = z.toJSONSchema(options, { io: 'input' });
  return { name: OWN_MODEL, title: 'Your own tf.LayersModel or converted Keras model', inputShape: null, classes: null, parameters: null, pretrained: true, optionsSchema };
}

/**
 * A model of the user's own, with the weights it has.
 * @param task what it is to be used for. Default: whatever it was made for.
 * @throws LabError BAD_WEIGHTS for its files; INVALID_INPUT for options, for a model that is no image classifier, and
 * for one of another image shape or number of classes than the task.
 */
export async function openOwnModel(given: unknown = {}, task?: Task): Promise<Network> {
  const schema = z.strictObject({ model: z.strictObject({ options }) });
  const { path } = parse(schema, { model: { options: given } }, OWN_MODEL).model.options;
  const network = await loadModel(path, OWN_MODEL);
  const problem = task === undefined ? undefined : misfit(network, task);
  if (problem === undefined) return network;
  network[Symbol.dispose]();
  throw new LabError('INVALID_INPUT', `[${OWN_MODEL}] ${problem} (${path}). Choose the data set that the model was made for, or bring a model made for this one.`, { path: 'model.options.path' });
}

function misfit(network: Network, { inputShape, classes }: Task): string | undefined {
  const [wanted, got] = [inputShape.join(' x '), network.inputShape.join(' x ')];
  if (wanted !== got) return `expected a model for the data set's images of ${wanted}, got one for ${got}`;
  if (classes !== network.classes) return `expected a model with an output for each of the data set's ${classes} classes, got ${network.classes} outputs`;
  return undefined;
}
