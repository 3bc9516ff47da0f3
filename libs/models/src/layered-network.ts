import { LabError } from '@entropic-lab/protocol';
import { keep, softmax, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { withoutActivation } from './layer-kind.ts';
import type { LayerOutput, Network, NetworkOutputs, Params } from './network.ts';
import { checkParams } from './params.ts';
import { planOf, type Call, type Plan } from './plan.ts';

/**
 * Any tf.LayersModel as a {@link Network}. Takes the model over: it is disposed of with the network, and its own
 * variables are neither read nor changed afterwards.
 * @throws LabError INVALID_INPUT where it is not an image classifier with logits or softmax at its end.
 */
export function networkOf(model: LayersModel, name: string): Network {
  const plan = planOf(model);
  const variables = variablesByName(model);
  let params: Params = keepCopies(Object.fromEntries(Object.entries(variables).map(([key, variable]) => [key, variable.read()])));
  const shapes = Object.fromEntries(Object.entries(params).map(([key, { shape }]) => [key, shape]));
  const trained = new Set(model.trainableWeights);
  return {
    name,
    inputShape: imageShapeOf(model),
    classes: classesOf(model),
    trainable: Object.keys(variables).filter((key) => trained.has(variables[key]!)),
    get params() {
      return params;
    },
    setParams(next) {
      checkParams(next, shapes, name);
      const old = params;
      params = keepCopies(next);
      Object.values(old).forEach((tensor) => tensor.dispose());
    },
    apply: (given, inputs) => withParams(variables, given, () => run(plan, inputs)),
    [Symbol.dispose]() {
      Object.values(params).forEach((tensor) => tensor.dispose());
      model.dispose();
    },
  };
}

function run(plan: Plan, inputs: Tensor4D): NetworkOutputs {
  const values = new Map<number, Tensor>([[plan.input, inputs]]);
  const layers: LayerOutput[] = plan.calls.map((call) => {
    const strip = call.kind === 'logits' && plan.head.stripSoftmax;
    const output = strip ? withoutActivation(call.layer, () => callLayer(call, values)) : callLayer(call, values);
    values.set(call.output, output);
    return { name: call.name, kind: call.kind, output };
  });
  const logits = layers.at(-1)!.output as Tensor2D;
  return { logits, layers: [...layers, { name: plan.head.probabilities, kind: 'probabilities', output: softmax(logits) }] };
}

function callLayer({ layer, inputs }: Call, values: ReadonlyMap<number, Tensor>): Tensor {
  const given = inputs.map((id) => values.get(id)!);
  const output = layer.call(given.length === 1 ? given[0]! : given, { training: false });
  return Array.isArray(output) ? output[0]! : output;
}

/**
 * Runs `body` while every variable of the layers reads as the given tensor. Layers know no other way to their
 * weights than `read`, so this makes them pure functions of `given`.
 */
function withParams<T>(variables: Readonly<Record<string, LayerVariable>>, given: Params, body: () => T): T {
  const entries = Object.entries(variables);
  for (const [name, variable] of entries) {
    const tensor = given[name];
    if (tensor === undefined) throw new LabError('BAD_WEIGHTS', `[models] expected weights ${name}, got none. Pass the params of this network.`);
    Object.defineProperty(variable, 'read', { value: () => tensor, configurable: true });
  }
  try {
    return body();
  } finally {
    for (const [, variable] of entries) Reflect.deleteProperty(variable, 'read');
  }
}

/** Weights by the name they have within their layer's scope; a name that occurs twice is counted up. */
function variablesByName(model: LayersModel): Record<string, LayerVariable> {
  const byName: Record<string, LayerVariable> = {};
  for (const variable of model.weights) {
    let name = variable.originalName;
    for (let n = 2; Object.hasOwn(byName, name); n++) name = `${variable.originalName}_${n}`;
    byName[name] = variable;
  }
  return byName;
}

function keepCopies(params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, keep(tensor.clone())]));
}

function imageShapeOf(model: LayersModel): readonly [number, number, number] {
  const [, height, width, channels] = model.inputs[0]!.shape;
  if (model.inputs[0]!.shape.length === 4 && height && width && channels) return [height, width, channels];
  throw shapeError('an input of shape [batch, height, width, channels]', model.inputs[0]!.shape);
}

function classesOf(model: LayersModel): number {
  const { shape } = model.outputs[0]!;
  if (shape.length === 2 && shape[1]! >= 2) return shape[1]!;
  throw shapeError('an output of shape [batch, classes] with two classes or more', shape);
}

function shapeError(expected: string, shape: readonly (number | null)[]): LabError {
  const message = `[models] expected ${expected}, got [${shape.map((size) => size ?? 'any').join(', ')}] (model). Convert the model with fixed image sizes and one output.`;
  return new LabError('INVALID_INPUT', message, { path: 'model' });
}
