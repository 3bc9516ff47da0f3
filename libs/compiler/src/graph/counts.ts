import { inputOf, sizeOf, type Graph, type Node } from './graph.ts';

/** What one run of a function costs. */
export interface Counts {
  /** Floating-point operations; a multiplication with an addition counts two. Exponentials and their like count one. */
  readonly flops: number;
  /** Bytes read and written by all kernels, each operand and result once a kernel. */
  readonly bytes: number;
  readonly kernels: number;
  /** Convolutions and matrix products on the way forward. */
  readonly forwardLayers: number;
  /** Gradients of convolutions and matrix products in their inputs. */
  readonly backwardLayers: number;
}

type Flops = (node: Node) => number;

const outputs = (node: Node) => node.outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const inputs = (node: Node) => node.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

const windowed = (filter: readonly number[], positions: number) => 2 * sizeOf(filter) * positions;
/** Positions of a filter: the elements of the output without its channels. */
const positions = (shape: readonly number[]) => sizeOf(shape.slice(0, -1));

const matMul: Flops = (node) => {
  const a = inputOf(node, 'a')!.shape;
  const inner = a.at(node.attributes['transposeA'] === true ? -2 : -1)!;
  return 2 * inner * outputs(node);
};

const poolFlops: Flops = (node) => {
  const size = node.attributes['filterSize'];
  const rank = node.outputs[0]!.shape.length - 2;
  const window = typeof size === 'number' ? size ** rank : sizeOf(size as number[]);
  return window * Math.min(outputs(node), sizeOf((inputOf(node, 'dy') ?? node.outputs[0]!).shape));
};

const rows: Readonly<Record<string, Flops>> = {
  Conv2D: (node) => windowed(inputOf(node, 'filter')!.shape, positions(node.outputs[0]!.shape)),
  FusedConv2D: (node) => windowed(inputOf(node, 'filter')!.shape, positions(node.outputs[0]!.shape)),
  Conv2DBackpropInput: (node) => windowed(inputOf(node, 'filter')!.shape, positions(inputOf(node, 'dy')!.shape)),
  Conv2DBackpropFilter: (node) => windowed(node.outputs[0]!.shape, positions(inputOf(node, 'dy')!.shape)),
  DepthwiseConv2dNative: (node) => windowed(inputOf(node, 'filter')!.shape, positions(node.outputs[0]!.shape)),
  FusedDepthwiseConv2D: (node) => windowed(inputOf(node, 'filter')!.shape, positions(node.outputs[0]!.shape)),
  DepthwiseConv2dNativeBackpropInput: (node) => windowed(inputOf(node, 'filter')!.shape, positions(inputOf(node, 'dy')!.shape)),
  DepthwiseConv2dNativeBackpropFilter: (node) => windowed(node.outputs[0]!.shape, positions(inputOf(node, 'dy')!.shape)),
  Conv3D: (node) => windowed(inputOf(node, 'filter')!.shape, positions(node.outputs[0]!.shape)),
  Conv3DBackpropInputV2: (node) => windowed(inputOf(node, 'filter')!.shape, positions(inputOf(node, 'dy')!.shape)),
  Conv3DBackpropFilterV2: (node) => windowed(node.outputs[0]!.shape, positions(inputOf(node, 'dy')!.shape)),
  BatchMatMul: matMul,
  _FusedMatMul: matMul,
  AvgPool: poolFlops, MaxPool: poolFlops, AvgPoolGrad: poolFlops, MaxPoolGrad: poolFlops,
  AvgPool3D: poolFlops, MaxPool3D: poolFlops, AvgPool3DGrad: poolFlops, MaxPool3DGrad: poolFlops,
  ...Object.fromEntries(['Sum', 'Mean', 'Max', 'Min', 'Prod', 'AddN'].map((kernel) => [kernel, inputs])),
  Softmax: (node) => 5 * outputs(node),
};

/** Kernels that only move or name values. */
const FREE = new Set(
  'Constant Identity Reshape ExpandDims Transpose BroadcastTo Tile Slice StridedSlice PadV2 MirrorPad Concat Pack Unpack SplitV Reverse FlipLeftRight Cast Fill ZerosLike OnesLike GatherV2 GatherNd OneHot'.split(' '),
);

/**
 * Costs of a graph as it was recorded, so that they do not depend on what the compiler makes of it. Of a layer's three
 * products in training, the gradient in its weights counts in `flops` alone.
 */
export function counts(graph: Graph): Counts {
  const flops = graph.nodes.reduce((sum, node) => sum + (FREE.has(node.kernel) ? 0 : (rows[node.kernel] ?? outputs)(node)), 0);
  const bytes = graph.nodes.reduce((sum, node) => (node.kernel === 'Constant' ? sum : sum + 4 * (inputs(node) + outputs(node))), 0);
  return { flops, bytes, kernels: graph.nodes.length, ...layers(graph) };
}

const FORWARD = new Set(['Conv2D', 'FusedConv2D', 'Conv3D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D', '_FusedMatMul']);
const BACKWARD = new Set(['Conv2DBackpropInput', 'Conv3DBackpropInputV2', 'DepthwiseConv2dNativeBackpropInput']);

/** TF.js writes a dense layer's gradients as products with one operand transposed: the weights' on the way to its input. */
function layers(graph: Graph): Pick<Counts, 'forwardLayers' | 'backwardLayers'> {
  const isPlain = (node: Node) => node.kernel === 'BatchMatMul' && node.attributes['transposeA'] !== true && node.attributes['transposeB'] !== true;
  const isInputGradient = (node: Node) => node.kernel === 'BatchMatMul' && node.attributes['transposeB'] === true && node.attributes['transposeA'] !== true;
  return {
    forwardLayers: graph.nodes.filter((node) => FORWARD.has(node.kernel) || isPlain(node)).length,
    backwardLayers: graph.nodes.filter((node) => BACKWARD.has(node.kernel) || isInputGradient(node)).length,
  };
}
