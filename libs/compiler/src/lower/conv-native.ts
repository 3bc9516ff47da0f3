import { inputOf, type Node } from '../graph/graph.ts';
import { blocked, channelsFirst, storedShape } from '../layout/form.ts';
import { channelsAtOnce, filterGradient } from '../native/kernels/filter-gradient.ts';
import { vectorsOf } from '../native/x64/assembler.ts';
import type { Emitter } from './emitter.ts';
import type { ConvInfo, Window } from './window.ts';

/** Whether a filter's gradient is computed by machine code: filters in blocks as long as the processor's vectors, strides of 1. */
export function isNative(node: Node, e: Emitter, { strides, dilations, kernel, pads }: Window): boolean {
  if (e.vectorSet === undefined || node.attributes['dataFormat'] === 'NCHW') return false;
  const { lanes, registers } = vectorsOf(e.vectorSet);
  const isPlain = [...strides, ...dilations].every((step) => step === 1) && pads[0] >= 0 && pads[1] >= 0;
  return isPlain && e.block === lanes && e.formOf(node.outputs[0]!).key.startsWith(`ohwi${lanes}`) && channelsAtOnce(kernel[1], lanes, { registers }) > 0;
}

export function nativeFilterGradient(node: Node, e: Emitter, info: ConvInfo): void {
  const [x, dy, output] = [inputOf(node, 'x')!, inputOf(node, 'dy')!, node.outputs[0]!];
  const { lanes } = vectorsOf(e.vectorSet!);
  const isBlocked = info.inChannels % lanes === 0;
  const kernel = filterGradient({
    batch: info.batchSize, image: [info.inHeight, info.inWidth], kernel: [info.filterHeight, info.filterWidth], channels: info.inChannels,
    outputs: info.outChannels, result: [info.outHeight, info.outWidth], pads: [info.padInfo.top, info.padInfo.left], isBlocked,
  }, lanes);
  const operands = [e.use(x, isBlocked ? blocked(x.shape, lanes) : channelsFirst(x.shape)), e.use(dy, blocked(dy.shape, lanes))];
  const form = e.formOf(output);
  e.def(output, e.reshape(e.native(kernel, operands)[0]!, storedShape(form)), form);
}
