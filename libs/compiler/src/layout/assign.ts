import { inputOf, sameShape, sizeOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { blocked, blockedFilter, channelsFirst, filterFirst, flat, plain, rows, turned, viewOf, type Form, type Image } from './form.ts';
import { Groups } from './groups.ts';

type Maker = (shape: readonly number[]) => Form;
type MakerOf = (value: Value) => Maker | undefined;
/** Decides for a value's group if nothing has; true where it did. */
type Want = (value: Value | undefined, maker: Maker) => boolean;

/** Kernels whose result has an element for each element of its full-shape operands. */
export const ALIKE = new Set(
  `Abs Above Acos Acosh Add AddN Asin Asinh Atan Atanh Atan2 Cast Ceil ClipByValue Cos Cosh RealDiv Elu EluGrad Erf Equal Exp Expm1
   Floor FloorDiv Greater GreaterEqual Identity IsFinite IsInf IsNan LeakyRelu Less LessEqual Log Log1p LogicalAnd LogicalNot
   LogicalOr LogicalXor LRN Maximum Minimum Mod Multiply Neg NotEqual OnesLike Pow Prelu Reciprocal Relu Relu6 Round Rsqrt
   Select Selu Sigmoid Sign Sin Sinh Softplus Sqrt Square SquaredDifference Step Sub Tan Tanh ZerosLike FusedBatchNorm`.split(/\s+/),
);

/** A wish of a kernel for one of its tensors, given the block length of blocked images; undefined: no wish. */
type Wish = (shape: readonly number[], node: Node, block: number | undefined) => Maker | undefined;

const image: Wish = (shape, _, block) => (block !== undefined && shape[3]! % block === 0 ? inBlocks(block) : channelsFirst);

function filterShape(node: Node): readonly number[] {
  return (inputOf(node, 'filter') ?? node.outputs[0]!).shape;
}

/** Whether a convolution is computed in blocks. Images with fewer channels than a block stay as they are. */
export function convBlocks(filter: readonly number[], block: number | undefined): boolean {
  return block !== undefined && filter[3]! % block === 0 && (filter[2]! % block === 0 || filter[2]! < block);
}

const convolved: Wish = (shape, node, block) => (convBlocks(filterShape(node), block) ? image(shape, node, block) : channelsFirst);
const filter: Wish = (_, node, block) => (convBlocks(filterShape(node), block) ? filterInBlocks(block!) : filterFirst);
const first: Wish = () => channelsFirst;

const blockMakers = new Map<string, Maker>();

function cachedMaker(key: string, maker: Maker): Maker {
  if (!blockMakers.has(key)) blockMakers.set(key, maker);
  return blockMakers.get(key)!;
}

const inBlocks = (block: number): Maker => cachedMaker(`image${block}`, (shape) => blocked(shape, block));
const filterInBlocks = (block: number): Maker => cachedMaker(`filter${block}`, (shape) => blockedFilter(shape, block));

/** What the operands and results of a kernel are best stored as, by the kernel's own names. `out` is its result. */
const WANTS: Readonly<Record<string, Readonly<Record<string, Wish>>>> = {
  Conv2D: { x: convolved, filter, out: convolved },
  FusedConv2D: { x: convolved, filter, out: convolved },
  Conv2DBackpropInput: { dy: convolved, filter, out: convolved },
  Conv2DBackpropFilter: { dy: convolved, out: filter },
  DepthwiseConv2dNative: { x: first, out: first },
  FusedDepthwiseConv2D: { x: first, out: first },
  DepthwiseConv2dNativeBackpropInput: { dy: first, out: first },
  DepthwiseConv2dNativeBackpropFilter: { x: first, dy: first },
  AvgPool: { x: first, out: first },
  MaxPool: { x: image, out: image },
  AvgPoolGrad: { dy: first, out: first },
  MaxPoolGrad: { dy: image, input: image, out: image },
};

export interface LayoutOptions {
  /** Pairs of values that are stored alike besides, such as a loop's state before and after a step. */
  readonly alike?: readonly (readonly [Value, Value])[];
  /** Length of the blocks of channels that the engine computes in; undefined: channels first, not in blocks. */
  readonly block?: number | undefined;
}

/**
 * Chooses for each value the form it is stored in. Values that are computed from one another element by element form
 * a group and are stored alike. The first kernel that wants something of a group decides; flattens and matrix products pass decisions on.
 */
export function assignForms(graph: Graph, { alike = [], block }: LayoutOptions = {}): ReadonlyMap<Value, Form> {
  const groups = new Groups<Value>();
  for (const node of graph.nodes) joinAlike(groups, node);
  joinBuckets(groups, graph);
  for (const [a, b] of alike) if (sameShape(a.shape, b.shape)) groups.join(a, b);
  const chosen = new Map<Value, Maker>();
  const want = (value: Value | undefined, maker: Maker): boolean => {
    if (value === undefined || chosen.has(groups.of(value))) return false;
    chosen.set(groups.of(value), maker);
    return true;
  };
  const makerOf = (value: Value) => chosen.get(groups.of(value));
  for (const node of graph.nodes) if (node.attributes['dataFormat'] !== 'NCHW') voteByTable(node, want, block);
  while (graph.nodes.filter((node) => passOn(node, makerOf, want)).length > 0);
  for (const weights of turnedWeights(graph, alike)) {
    const maker = makerOf(weights) ?? plain;
    chosen.set(groups.of(weights), (shape) => turned(maker(shape)));
  }
  return new Map(groups.members().filter((value) => makerOf(value) !== undefined).map((value) => [value, formOf(value, makerOf(value)!)]));
}

/** From this many elements on, a matrix costs more to read than a small batch costs to multiply. */
const LARGE_MATRIX = 100_000;

/**
 * Weights of large dense layers that a loop carries: stored column by column, they can be the left operand of a
 * product with a small batch. That operand the engine reads in place; the right one it copies at each product.
 */
function turnedWeights(graph: Graph, alike: readonly (readonly [Value, Value])[]): Value[] {
  const isForward = (node: Node, value: Value) => PRODUCTS.has(node.kernel) && inputOf(node, 'b') === value && node.attributes['transposeB'] !== true && inputOf(node, 'a')!.shape.length === 2;
  return alike.map(([before]) => before).filter((value) => value.shape.length === 2 && sizeOf(value.shape) >= LARGE_MATRIX && graph.nodes.some((node) => isForward(node, value)));
}

const PRODUCTS = new Set(['BatchMatMul', '_FusedMatMul']);

function formOf(value: Value, maker: Maker): Form {
  return sizeOf(value.shape) === 0 ? plain(value.shape) : maker(value.shape);
}

function joinAlike(groups: Groups<Value>, node: Node): void {
  for (const value of [...node.inputs, ...node.outputs]) groups.of(value);
  if (node.kernel === 'Region') {
    const vectors = [...node.inputs.slice(0, node.attributes['vectors'] as number), ...node.outputs];
    vectors.forEach((value) => groups.join(value, node.outputs[0]!));
  }
  if (!ALIKE.has(node.kernel)) return;
  const output = node.outputs[0]!;
  for (const value of node.inputs) if (sameShape(value.shape, output.shape)) groups.join(value, output);
}

/** The parts of all vectors of one plan are stored alike, part by part. */
function joinBuckets(groups: Groups<Value>, graph: Graph): void {
  const first = new Map<string, Value>();
  for (const node of graph.nodes) {
    const parts = node.kernel === 'Bucket' ? node.inputs : node.kernel === 'Unbucket' ? node.outputs : [];
    parts.forEach((value, i) => {
      const key = `${String(node.attributes['plan'])}/${i}`;
      if (first.has(key)) groups.join(value, first.get(key)!);
      else first.set(key, value);
    });
  }
}

function voteByTable(node: Node, want: Want, block: number | undefined): void {
  for (const [name, wish] of Object.entries(WANTS[node.kernel] ?? {})) {
    const value = name === 'out' ? node.outputs[0]! : inputOf(node, name)!;
    const maker = wish(value.shape, node, block);
    if (maker !== undefined) want(value, maker);
  }
}

/** Carries a decision across a flatten or a matrix product. True where something was decided. */
function passOn(node: Node, makerOf: MakerOf, want: Want): boolean {
  if (node.kernel === 'Reshape' || node.kernel === 'ExpandDims') return acrossReshape(node, makerOf, want);
  if (PRODUCTS.has(node.kernel)) return acrossProduct(node, makerOf, want);
  return false;
}

function acrossReshape(node: Node, makerOf: MakerOf, want: Want): boolean {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  return flatten(x, y, makerOf, want) || flatten(y, x, makerOf, want);
}

/** [batch, h, w, c] channels first <-> [batch, h * w * c] */
function flatten(image: Value, vector: Value, makerOf: MakerOf, want: Want): boolean {
  if (image.shape.length !== 4 || vector.shape.length !== 2 || image.shape[0] !== vector.shape[0] || sizeOf(vector.shape) === 0) return false;
  const maker = makerOf(image);
  if (maker !== undefined) return want(vector, cached('flat', viewOf(maker(image.shape)).slice(1)));
  const split = imageOf(makerOf(vector), vector, 1);
  if (split === undefined || sizeOf(split.slice(2)) !== image.shape[3] || split[0] !== image.shape[1]) return false;
  return want(image, split.length === 4 ? inBlocks(split[3]!) : channelsFirst);
}

const makers = new Map<string, Maker>();

/** One maker for each image, so that makers can be compared. */
function cached(kind: 'flat' | 'rows', image: Image): Maker {
  const key = kind + image.join('x');
  if (!makers.has(key)) makers.set(key, (shape) => (kind === 'flat' ? flat : rows)(shape, image));
  return makers.get(key)!;
}

/** The image that axis `axis` of a matrix is split into by its group's decision. */
function imageOf(maker: Maker | undefined, value: Value, axis: 0 | 1): Image | undefined {
  if (maker === undefined || value.shape.length !== 2) return undefined;
  const split = maker(value.shape).splits[axis]!;
  return split.length > 1 ? split : undefined;
}

/** The axes of a matrix product that are the same: a's and b's inner ones, and each outer one with the result's. */
function acrossProduct(node: Node, makerOf: MakerOf, want: Want): boolean {
  const [a, b, out] = [inputOf(node, 'a')!, inputOf(node, 'b')!, node.outputs[0]!];
  if (a.shape.length !== 2 || b.shape.length !== 2) return false;
  const aInner = node.attributes['transposeA'] === true ? 0 : 1;
  const bInner = node.attributes['transposeB'] === true ? 1 : 0;
  const ties: [Value, 0 | 1, Value, 0 | 1][] = [
    [a, aInner, b, bInner],
    [a, aInner === 0 ? 1 : 0, out, 0],
    [b, bInner === 0 ? 1 : 0, out, 1],
  ];
  return ties.some(([x, i, y, j]) => copy(x, i, y, j, makerOf, want) || copy(y, j, x, i, makerOf, want));
}

function copy(x: Value, i: 0 | 1, y: Value, j: 0 | 1, makerOf: MakerOf, want: Want): boolean {
  const image = imageOf(makerOf(x), x, i);
  return image !== undefined && want(y, cached(j === 1 ? 'flat' : 'rows', image));
}
