import type { convInfo } from '../kernels/conv.ts';
import type { Name, OnnxAttributes } from '../onnx/blocks.ts';
import type { Emitter } from './emitter.ts';

export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Rows above, columns left, rows below, columns right: as much as the output needs, which may be negative. */
  readonly pads: readonly [number, number, number, number];
}

export type ConvInfo = ReturnType<typeof convInfo>;

export function windowOf(info: ConvInfo): Window {
  const { top, left } = info.padInfo;
  const below = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left;
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, below, right],
  };
}

/** As attributes of Conv and the pools, which skip by themselves the rows that no window reaches. */
export function windowAttributes({ kernel, strides, dilations, pads }: Window): OnnxAttributes {
  return { kernel_shape: kernel, strides, dilations, pads: pads.map((pad) => Math.max(0, pad)) };
}

/** Cuts the rows and columns no window reaches, so that the rest can be padded; axes as stored. */
export function cut(e: Emitter, name: Name, pads: readonly number[], [h, w]: readonly [number, number], [hAxis, wAxis]: readonly [number, number]): Name {
  if (pads[2]! >= 0 && pads[3]! >= 0) return name;
  return e.one('Slice', [name, e.ints(0, 0), e.ints(h + Math.min(0, pads[2]!), w + Math.min(0, pads[3]!)), e.ints(hAxis, wAxis)]);
}
