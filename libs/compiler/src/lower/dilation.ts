import { inputOf, type Node, type Value } from '../graph/graph.ts';
import { dilationInfo as infoOf } from '../kernels/image.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';

type Info = ReturnType<typeof infoOf>;

/** Row and column of each element of the filter. */
function taps(info: Info): readonly (readonly [number, number])[] {
  return Array.from({ length: info.filterHeight * info.filterWidth }, (_, i) => [Math.floor(i / info.filterWidth), i % info.filterWidth] as const);
}

/** Less than any number of an image. An infinity is not something that every provider can compare with. */
const LOWEST = -3.4028234663852886e38;

/** The image as each element of the filter sees it, plus that element where there is one. Outside of the image is nothing. */
function seen(e: Emitter, x: Name, info: Info, filter?: Value): Name[] {
  const { padInfo, strideHeight: sh, strideWidth: sw, dilationHeight: dh, dilationWidth: dw, outHeight, outWidth } = info;
  const [bottom, right] = [(outHeight - 1) * sh + (info.filterHeight - 1) * dh + 1, (outWidth - 1) * sw + (info.filterWidth - 1) * dw + 1];
  const after = [Math.max(0, bottom - info.inHeight - padInfo.top), Math.max(0, right - info.inWidth - padInfo.left)];
  const pads = [0, padInfo.top, padInfo.left, 0, 0, after[0]!, after[1]!, 0];
  const padded = pads.every((pad) => pad === 0) ? x : e.one('Pad', [x, e.ints(...pads), e.scalar(LOWEST)]);
  return taps(info).map(([h, w]) => {
    const part = e.one('Slice', [padded, e.ints(h * dh, w * dw), e.ints(h * dh + (outHeight - 1) * sh + 1, w * dw + (outWidth - 1) * sw + 1), e.ints(1, 2), e.ints(sh, sw)]);
    if (filter === undefined) return part;
    const element = e.one('Slice', [e.use(filter), e.ints(h, w), e.ints(h + 1, w + 1), e.ints(0, 1)]);
    return e.one('Add', [part, e.reshape(element, [filter.shape[2]!])]);
  });
}

const dilation: Lowering = (node, e) => {
  const [x, filter] = [inputOf(node, 'x')!, inputOf(node, 'filter')!];
  e.def(node.outputs[0]!, e.one('Max', seen(e, e.use(x), infoOf(node, x.shape, filter.shape), filter)));
};

/** The gradient that each candidate for a maximum gets: all of it where it is the first that is the largest. */
function shares(e: Emitter, dy: Name, candidates: readonly Name[]): Name[] {
  const largest = e.one('Max', candidates);
  let left = dy;
  return candidates.map((candidate) => {
    const share = e.one('Mul', [left, e.cast(e.one('GreaterOrEqual', [candidate, largest]), 'float32')]);
    left = e.one('Sub', [left, share]);
    return share;
  });
}

function gradients(node: Node, e: Emitter, info: Info): Name[] {
  return shares(e, e.use(inputOf(node, 'dy')!), seen(e, e.use(inputOf(node, 'x')!), info, inputOf(node, 'filter')!));
}

const filterGradient: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const info = infoOf(node, inputOf(node, 'x')!.shape, output.shape);
  const each = gradients(node, e, info).map((gradient) => e.one('ReduceSum', [gradient, e.ints(0, 1, 2)], { keepdims: 0 }));
  e.def(output, e.reshape(e.one('Concat', each, { axis: 0 }), output.shape));
};

/** Each gradient is spread by the stride, put where its element of the filter looked, and all are added. */
function placed(e: Emitter, each: readonly Name[], info: Info): Name {
  const { padInfo: { top, left }, strideHeight: sh, strideWidth: sw, dilationHeight: dh, dilationWidth: dw, outHeight, outWidth, batchSize: n, inChannels: c } = info;
  const height = Math.max((info.filterHeight - 1) * dh + outHeight * sh, top + info.inHeight);
  const width = Math.max((info.filterWidth - 1) * dw + outWidth * sw, left + info.inWidth);
  const places = taps(info);
  const all = each.map((gradient, i) => {
    const [h, w] = places[i]!;
    const spaced = e.one('Pad', [e.reshape(gradient, [n * outHeight, 1, outWidth, c]), e.ints(0, 0, 0, 0, 0, sh - 1, 0, 0), e.scalar(0)]);
    const wider = e.one('Pad', [e.reshape(spaced, [n * outHeight * sh, outWidth, 1, c]), e.ints(0, 0, 0, 0, 0, 0, sw - 1, 0), e.scalar(0)]);
    const spread = e.reshape(wider, [n, outHeight * sh, outWidth * sw, c]);
    return e.one('Pad', [spread, e.ints(0, h * dh, w * dw, 0, 0, height - h * dh - outHeight * sh, width - w * dw - outWidth * sw, 0), e.scalar(0)]);
  });
  return e.one('Slice', [e.one('Sum', all), e.ints(top, left), e.ints(top + info.inHeight, left + info.inWidth), e.ints(1, 2)]);
}

const inputGradient: Lowering = (node, e) => {
  const info = infoOf(node, node.outputs[0]!.shape, inputOf(node, 'filter')!.shape);
  e.def(node.outputs[0]!, placed(e, gradients(node, e, info), info));
};

/** A maximum pool's gradient without the engine's indices, which ONNX Runtime's WebGPU provider does not have. */
export function maxPoolGradientByComparing(e: Emitter, [x, dy]: readonly [Name, Name], info: Info): Name {
  return placed(e, shares(e, dy, seen(e, x, info)), info);
}

/** A filter that reaches further than the image has no result, and no gradient. */
export const dilationLowerings: LoweringTable = allOrNothing({
  Dilation2D: dilation,
  Dilation2DBackpropFilter: filterGradient,
  Dilation2DBackpropInput: inputGradient,
});
