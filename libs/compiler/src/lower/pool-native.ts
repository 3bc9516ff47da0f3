import { inputOf, type Node } from '../graph/graph.ts';
import { blocked, blockOf, storedShape, type Form } from '../layout/form.ts';
import { maxPoolGradient } from '../native/kernels/max-pool-gradient.ts';
import type { Emitter } from './emitter.ts';
import { partsOf } from './parts.ts';

/** The gradient of a 2x2 maximum pool of images in blocks as long as the processor's vectors. */
export function nativeMaxPoolGradient(node: Node, e: Emitter, form: Form): void {
  const [dy, x, output] = [inputOf(node, 'dy')!, inputOf(node, 'input')!, node.outputs[0]!];
  const block = blockOf(form)!;
  const [n, height, width, c] = x.shape as [number, number, number, number];
  const images = (n * c) / block;
  const kernel = maxPoolGradient({ images, height, width, parts: partsOf(images, e.threads) }, block);
  const [name] = e.native(kernel, [e.use(x, form), e.use(dy, blocked(dy.shape, block))]);
  e.def(output, e.reshape(name!, storedShape(form)), form);
}
