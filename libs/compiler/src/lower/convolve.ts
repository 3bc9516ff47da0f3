import type { Node, Value } from '../graph/graph.ts';
import { channelsFirst, plain, type Form } from '../layout/form.ts';
import type { Name, OnnxAttributes } from '../onnx/blocks.ts';
import type { Emitter } from './emitter.ts';

/** The form of the images of a convolution, by its data format. */
export function imageForm(node: Node, value: Value): Form {
  return node.attributes['dataFormat'] === 'NCHW' ? plain(value.shape) : channelsFirst(value.shape);
}

/** Channels first, not grouped. */
export interface ConvOperands {
  readonly image: Name;
  readonly weights: Name;
  readonly bias?: readonly Name[];
  readonly channels: number;
  readonly outputs: number;
}

/**
 * A convolution. ONNX Runtime 1.30's WebGPU provider gets those of 6, 9, 15, ... channels to a multiple of 4 wrong; it
 * is given channels of zeros besides.
 */
export function convolve(e: Emitter, { image, weights, bias = [], channels, outputs }: ConvOperands, attributes: OnnxAttributes): Name {
  const isWrong = e.provider === 'webgpu' && channels % 3 === 0 && channels % 4 !== 0 && channels !== 3 && outputs % 4 === 0;
  if (!isWrong) return e.one('Conv', [image, weights, ...bias], attributes);
  const whole = (name: Name) => e.one('Pad', [name, e.ints(0, 0, 0, 0, 0, 4 - (channels % 4), 0, 0), e.scalar(0)]);
  return e.one('Conv', [whole(image), whole(weights), ...bias], attributes);
}
