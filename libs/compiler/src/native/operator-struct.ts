import { elementTypes } from '../onnx/model.ts';
import type { Pointer } from '../runtime/direct/c-api.ts';
import type { NativeKernel } from './kernel.ts';

/** Addresses of what kernels' operators call of ONNX Runtime. */
export interface EngineFunctions {
  readonly getInput: Pointer;
  readonly getOutput: Pointer;
  readonly getData: Pointer;
  readonly parallelFor: Pointer;
}

/** Functions of {@link writeBridge the bridge}, by their distance from its start. */
export type Stubs = Readonly<Record<StubName, number>>;
export type StubName = 'zero' | 'one' | 'name' | 'inputType' | 'inputCount' | 'outputType' | 'outputCount' | 'create' | 'createTo' | 'compute';

/**
 * The words of an OrtCustomOp (onnxruntime_c_api.h), in their order, and behind them our own. ONNX Runtime reads its
 * part as the version says; a null is a function that we do not have.
 */
export const fields = [
  'version', 'CreateKernel', 'GetName', 'GetExecutionProviderType', 'GetInputType', 'GetInputTypeCount', 'GetOutputType', 'GetOutputTypeCount',
  'KernelCompute', 'KernelDestroy', 'GetInputCharacteristic', 'GetOutputCharacteristic', 'GetInputMemoryType', 'GetVariadicInputMinArity',
  'GetVariadicInputHomogeneity', 'GetVariadicOutputMinArity', 'GetVariadicOutputHomogeneity', 'CreateKernelV2', 'KernelComputeV2',
  'InferOutputShapeFn', 'GetStartVersion', 'GetEndVersion', 'GetMayInplace', 'ReleaseMayInplace', 'GetAliasMap', 'ReleaseAliasMap',
  'name', 'inputCount', 'outputCount', 'types', 'shapes', 'parts', 'body', 'getInput', 'getOutput', 'getData', 'parallelFor',
] as const;
export type Field = (typeof fields)[number];

/** Where a field lies, in bytes. */
export function offsetOf(field: Field): number {
  return fields.indexOf(field) * 8;
}

/** From ONNX Runtime 1.20 on. */
const VERSION = 20n;

const STUBS: Partial<Record<Field, StubName>> = {
  CreateKernel: 'create', GetName: 'name', GetExecutionProviderType: 'zero', GetInputType: 'inputType', GetInputTypeCount: 'inputCount',
  GetOutputType: 'outputType', GetOutputTypeCount: 'outputCount', KernelCompute: 'compute', KernelDestroy: 'zero', GetInputCharacteristic: 'zero',
  GetOutputCharacteristic: 'zero', GetInputMemoryType: 'zero', GetVariadicInputMinArity: 'one', GetVariadicInputHomogeneity: 'one',
  GetVariadicOutputMinArity: 'one', GetVariadicOutputHomogeneity: 'one', CreateKernelV2: 'createTo', KernelComputeV2: 'compute',
};

interface Addresses {
  /** Of the bridge. */
  readonly base: Pointer;
  readonly tables: Pointer;
  readonly name: Pointer;
  readonly body: Pointer;
}

/** An operator's struct, and its tables behind it. */
export function operatorWords({ inputs, outputs, parts }: NativeKernel, { addresses, stubs, functions }: { addresses: Addresses; stubs: Stubs; functions: EngineFunctions }): BigInt64Array {
  const types = [...inputs, ...outputs.map(({ type }) => type)].map((type) => BigInt(elementTypes[type]));
  const shapes = addresses.tables + BigInt(types.length * 8);
  const own: Partial<Record<Field, bigint>> = {
    version: VERSION, name: addresses.name, inputCount: BigInt(inputs.length), outputCount: BigInt(outputs.length), types: addresses.tables, shapes,
    parts: BigInt(parts), body: addresses.body, ...functions,
  };
  const struct = fields.map((field) => own[field] ?? (STUBS[field] === undefined ? 0n : addresses.base + BigInt(stubs[STUBS[field]])));
  let next = shapes + BigInt(outputs.length * 16);
  const heads = outputs.flatMap(({ dims }) => {
    const head = [next, BigInt(dims.length)];
    next += BigInt(dims.length * 8);
    return head;
  });
  return BigInt64Array.from([...struct, ...types, ...heads, ...outputs.flatMap(({ dims }) => dims.map(BigInt))]);
}
