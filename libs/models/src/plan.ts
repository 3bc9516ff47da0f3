import { LabError } from '@entropic-lab/protocol';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { layers } from '@tensorflow/tfjs-layers';
import { activationOf, isSoftmaxLayer, layerKind } from './layer-kind.ts';
import type { LayerKind } from './network.ts';

/** One call of a layer. Values are known by the id of the symbolic tensor that stands for them. */
export interface Call {
  readonly name: string;
  readonly kind: LayerKind;
  readonly layer: layers.Layer;
  readonly inputs: readonly number[];
  readonly output: number;
}

/** A network as calls in an order in which each finds its inputs. */
export interface Plan {
  readonly input: number;
  /** Without the last layer where that is only a softmax. */
  readonly calls: readonly Call[];
  /** What the last call still has to leave out so that it gives logits. */
  readonly head: { readonly stripSoftmax: boolean; readonly probabilities: string };
}

/**
 * The calls of a model with one input image and one output [batch, classes].
 * @throws LabError INVALID_INPUT for models of another form, or whose last layer gives neither logits nor softmax.
 */
export function planOf(model: LayersModel): Plan {
  const [input] = model.inputs;
  const [output] = model.outputs;
  if (model.inputs.length !== 1 || model.outputs.length !== 1 || input === undefined || output === undefined) {
    throw refuse('one input and one output', `${model.inputs.length} and ${model.outputs.length}`, 'Wrap the part that classifies in a model of its own.');
  }
  const order = inOrder(output, input.id);
  const last = order.at(-1);
  if (last === undefined) throw refuse('at least one layer', 'none', 'Add a layer.');
  const endsInSoftmax = isSoftmaxLayer(last.sourceLayer);
  const body = endsInSoftmax ? order.slice(0, -1) : order;
  const logits = body.at(-1);
  if (logits === undefined) throw refuse('a layer before the softmax', 'none', 'Add a dense layer.');
  const activation = endsInSoftmax ? undefined : activationOf(last.sourceLayer);
  const stripSoftmax = activation === 'softmax';
  if (!stripSoftmax && activation !== undefined && activation !== 'linear') {
    throw refuse('a last layer that gives logits or softmax', `activation ${activation} (${last.sourceLayer.name})`, 'End the network with a linear or a softmax layer.');
  }
  const calls = body.map((tensor) => callOf(tensor, tensor === logits));
  const named = stripSoftmax ? calls.map((call) => (call.output === logits.id ? { ...call, name: `${call.name}/logits` } : call)) : calls;
  const probabilities = endsInSoftmax || stripSoftmax ? last.sourceLayer.name : 'softmax';
  return { input: input.id, calls: named, head: { stripSoftmax, probabilities } };
}

/** Depth first from the output, so that each tensor follows what it is made from. */
function inOrder(output: SymbolicTensor, inputId: number): SymbolicTensor[] {
  const order: SymbolicTensor[] = [];
  const seen = new Set([inputId]);
  const visit = (tensor: SymbolicTensor): void => {
    if (seen.has(tensor.id)) return;
    seen.add(tensor.id);
    tensor.inputs.forEach(visit);
    order.push(tensor);
  };
  visit(output);
  return order;
}

function callOf(tensor: SymbolicTensor, isLogits: boolean): Call {
  const layer = tensor.sourceLayer;
  return { name: layer.name, kind: isLogits ? 'logits' : layerKind(layer), layer, inputs: tensor.inputs.map(({ id }) => id), output: tensor.id };
}

function refuse(expected: string, got: string, remedy: string): LabError {
  return new LabError('INVALID_INPUT', `[models] expected ${expected}, got ${got} (model). ${remedy}`, { path: 'model' });
}
