import { inputOf, sizeOf, type Node, type Value } from '../graph/graph.ts';
import { dilationInfo as infoOf } from '../kernels/image.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';

type Info = ReturnType<typeof infoOf>;

/** Row and column of each element of the filter. */
function taps(info: Info): readonly (readonly [number, number])[] {
  return Array.from({ length: info.filterHeight * info.filterWidth }, (_, i) => [Math.floor(i / info.filterWidth), i % info.filterWidth] as const);
}

/** The image as each element of the filter sees it, plus that element. Outside of the image is -Infinity. */
function sums(e: Emitter, x: Value, filter: Value, info: Info): Name[] {
  const { padInfo, strideHeight: sh, strideWidth: sw, dilationHeight: dh, dilationWidth: dw, outHeight, outWidth } = info;
  const [bottom, right] = [(outHeight - 1) * sh + (info.filterHeight - 1) * dh + 1, (outWidth - 1) * sw + (info.filterWidth - 1) * dw + 1];
  const after = [Math.max(0, bottom - info.inHeight - padInfo.top), Math.max(0, right - info.inWidth - padInfo.left)];
  const padded = e.one('Pad', [e.use(x), e.ints(0, padInfo.top, padInfo.left, 0, 0, after[0]!, after[1]!, 0), e.scalar(-Infinity)]);
  return taps(info).map(([h, w]) => {
    const seen = e.one('Slice', [padded, e.ints(h * dh, w * dw), e.ints(h * dh + (outHeight - 1) * sh + 1, w * dw + (outWidth - 1) * sw + 1), e.ints(1, 2), e.ints(sh, sw)]);
    const element = e.one('Slice', [e.use(filter), e.ints(h, w), e.ints(h + 1, w + 1), e.ints(0, 1)]);
    return e.one('Add', [seen, e.reshape(element, [filter.shape[2]!])]);
  });
}

const dilation: Lowering = (node, e) => {
  const [x, filter] = [inputOf(node, 'x')!, inputOf(node, 'filter')!];
  e.def(node.outputs[0]!, e.one('Max', sums(e, x, filter, infoOf(node, x.shape, filter.shape))));
};

/** The gradient that each element of the filter gets: where its sum is the first that is the largest. */
function gradients(node: Node, e: Emitter, info: Info): Name[] {
  const [x, filter, dy] = [inputOf(node, 'x')!, inputOf(node, 'filter')!, inputOf(node, 'dy')!];
  const candidates = sums(e, x, filter, info);
  const largest = e.one('Max', candidates);
  let left = e.use(dy);
  return candidates.map((candidate) => {
    const share = e.one('Mul', [left, e.cast(e.one('GreaterOrEqual', [candidate, largest]), 'float32')]);
    left = e.one('Sub', [left, share]);
    return share;
  });
}

const filterGradient: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const info = infoOf(node, inputOf(node, 'x')!.shape, output.shape);
  const each = gradients(node, e, info).map((gradient) => e.one('ReduceSum', [gradient, e.ints(0, 1, 2)], { keepdims: 0 }));
  e.def(output, e.reshape(e.one('Concat', each, { axis: 0 }), output.shape));
};

/** Each gradient is spread by the stride, put where its element of the filter looked, and all are added. */
const inputGradient: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const info = infoOf(node, output.shape, inputOf(node, 'filter')!.shape);
  const { padInfo: { top, left }, strideHeight: sh, strideWidth: sw, dilationHeight: dh, dilationWidth: dw, outHeight, outWidth, batchSize: n, inChannels: c } = info;
  const height = Math.max((info.filterHeight - 1) * dh + outHeight * sh, top + info.inHeight);
  const width = Math.max((info.filterWidth - 1) * dw + outWidth * sw, left + info.inWidth);
  const places = taps(info);
  const placed = gradients(node, e, info).map((gradient, i) => {
    const [h, w] = places[i]!;
    const spaced = e.one('Pad', [e.reshape(gradient, [n, outHeight, 1, outWidth, 1, c]), e.ints(0, 0, 0, 0, 0, 0, 0, 0, sh - 1, 0, sw - 1, 0), e.scalar(0)]);
    const spread = e.reshape(spaced, [n, outHeight * sh, outWidth * sw, c]);
    return e.one('Pad', [spread, e.ints(0, h * dh, w * dw, 0, 0, height - h * dh - outHeight * sh, width - w * dw - outWidth * sw, 0), e.scalar(0)]);
  });
  e.def(output, e.one('Slice', [e.one('Sum', placed), e.ints(top, left), e.ints(top + info.inHeight, left + info.inWidth), e.ints(1, 2)]));
};

/** A filter that reaches further than the image has no result, and no gradient. */
const orNothing = (lowering: Lowering): Lowering => (node, e) => {
  const output = node.outputs[0]!;
  const made = inputOf(node, 'dy') ?? output;
  if (sizeOf(made.shape) > 0) return lowering(node, e);
  e.def(output, e.one('Expand', [e.blocks.constant([0], output.dtype, [1]), e.ints(...output.shape)]));
};

export const dilationLowerings: LoweringTable = {
  Dilation2D: orNothing(dilation),
  Dilation2DBackpropFilter: orNothing(filterGradient),
  Dilation2DBackpropInput: orNothing(inputGradient),
};
