export type * from './network.ts';
export { networkOf } from './layered-network.ts';
export { architectures, architectureDescriptors, buildModel, createNetwork, openNetwork, type NewNetwork } from './catalogue.ts';
export type { Architecture, Task } from './architectures/architecture.ts';
export { loadModel } from './load-model.ts';
export { loadParams, paramsToBytes, toArray } from './weights-file.ts';
export { checkParams } from './params.ts';
export { readSafetensors, writeSafetensors, type Safetensors } from './safetensors.ts';
export type { ArrayDtype, ArrayValues, TensorArray } from './tensor-array.ts';
