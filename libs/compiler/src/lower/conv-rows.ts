import { inputOf, type Node } from '../graph/graph.ts';
import { channelsFirst, filterFirst } from '../layout/form.ts';
import { rowConvolution, tileOf, type RowConvolution } from '../native/kernels/row-convolution.ts';
import { outputsAtOnce, rowFilterGradient } from '../native/kernels/row-filter-gradient.ts';
import type { PaddedImage } from '../native/kernels/padded-image.ts';
import { vectorsOf } from '../native/x64/assembler.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter } from './emitter.ts';
import { partsOf } from './parts.ts';
import type { ConvInfo, Window } from './window.ts';

/** With more outputs the engine's products of copied windows are as fast. */
const MOST_OUTPUTS = 16;

/** A convolution as kernels that go along rows see it. */
interface Rows extends PaddedImage {
  readonly batch: number;
}
type RowsTo = Rows & { readonly outputs: number };

/** Undefined where there are strides, dilations or another order of axes, or no kernels in machine code. */
export function rowsOf(node: Node, e: Emitter, { info, window: { strides, dilations, kernel, pads } }: { info: ConvInfo; window: Window }): Rows | undefined {
  const isPlain = [...strides, ...dilations].every((step) => step === 1) && pads[0] >= 0 && pads[1] >= 0;
  if (e.vectorSet === undefined || node.attributes['dataFormat'] === 'NCHW' || !isPlain) return undefined;
  return { batch: info.batchSize, channels: info.inChannels, image: [info.inHeight, info.inWidth], kernel, result: [info.outHeight, info.outWidth], pads: [pads[0], pads[1]] };
}

/** The same of the convolution that goes back to the image, with the paddings of the filter turned around. */
export function turnedRowsOf(node: Node, e: Emitter, { info, turned: [top, left] }: { info: ConvInfo; turned: readonly number[] }): Rows | undefined {
  if (e.vectorSet === undefined || node.attributes['dataFormat'] === 'NCHW') return undefined;
  return {
    batch: info.batchSize, channels: info.outChannels, image: [info.outHeight, info.outWidth], kernel: [info.filterHeight, info.filterWidth],
    result: [info.inHeight, info.inWidth], pads: [top!, left!],
  };
}

function fits(e: Emitter, rows: RowsTo): boolean {
  return rows.outputs <= MOST_OUTPUTS && tileOf(rows, vectorsOf(e.vectorSet!)) !== undefined;
}

/** Whether the convolution was written, with its bias and activation. */
export function rowConvolutionOf(node: Node, e: Emitter, rows: RowsTo, bias: readonly [] | readonly [Name]): boolean {
  const [x, filter, output] = [inputOf(node, 'x')!, inputOf(node, 'filter')!, node.outputs[0]!];
  const activation = node.attributes['activation'] ?? 'linear';
  if (!(activation === 'linear' || activation === 'relu') || !fits(e, rows)) return false;
  const shape: RowConvolution = { ...rows, hasBias: bias.length > 0, isRelu: activation === 'relu', isTurned: false, parts: partsOf(rows.batch, e.threads) };
  const [name] = e.native(rowConvolution(shape), [e.nchw(x), e.use(filter, filterFirst(filter.shape)), ...bias]);
  e.def(output, name!, channelsFirst(output.shape));
  return true;
}

export function rowInputGradientOf(node: Node, e: Emitter, rows: RowsTo): boolean {
  const [dy, filter, output] = [inputOf(node, 'dy')!, inputOf(node, 'filter')!, node.outputs[0]!];
  if (!fits(e, rows)) return false;
  const shape: RowConvolution = { ...rows, hasBias: false, isRelu: false, isTurned: true, parts: partsOf(rows.batch, e.threads) };
  const [name] = e.native(rowConvolution(shape), [e.nchw(dy), e.use(filter, filterFirst(filter.shape))]);
  e.def(output, name!, channelsFirst(output.shape));
  return true;
}

export function rowFilterGradientOf(node: Node, e: Emitter, rows: RowsTo): boolean {
  const [x, dy, output] = [inputOf(node, 'x')!, inputOf(node, 'dy')!, node.outputs[0]!];
  const vectors = vectorsOf(e.vectorSet!);
  if (rows.outputs > MOST_OUTPUTS || outputsAtOnce(rows, vectors) === 0) return false;
  const [name] = e.native(rowFilterGradient(rows, vectors), [e.nchw(x), e.nchw(dy)]);
  e.def(output, name!, filterFirst(output.shape));
  return true;
}
