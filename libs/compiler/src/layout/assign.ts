import { inputOf, sameShape, sizeOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { channelsFirst, filterFirst, flat, plain, rows, type Form, type Image } from './form.ts';
import { Groups } from './groups.ts';

type Maker = (shape: readonly number[]) => Form;

/** Kernels whose result has an element for each element of its full-shape operands. */
export const ALIKE = new Set(
  `Abs Acos Acosh Add AddN Asin Asinh Atan Atanh Atan2 Cast Ceil ClipByValue Cos Cosh RealDiv Elu EluGrad Erf Equal Exp Expm1
   Floor FloorDiv Greater GreaterEqual Identity IsFinite IsInf IsNan LeakyRelu Less LessEqual Log Log1p LogicalAnd LogicalNot
   LogicalOr LogicalXor LRN Maximum Minimum Mod Multiply Neg NotEqual OnesLike Pow Prelu Reciprocal Relu Relu6 Round Rsqrt
   Select Selu Sigmoid Sign Sin Sinh Softplus Sqrt Square SquaredDifference Step Sub Tan Tanh ZerosLike FusedBatchNorm`.split(/\s+/),
);

/** What the operands and results of a kernel are best stored as, by the kernel's own names. `out` is its result. */
const WANTS: Readonly<Record<string, Readonly<Record<string, Maker>>>> = {
  Conv2D: { x: channelsFirst, filter: filterFirst, out: channelsFirst },
  FusedConv2D: { x: channelsFirst, filter: filterFirst, out: channelsFirst },
  Conv2DBackpropInput: { dy: channelsFirst, filter: filterFirst, out: channelsFirst },
  Conv2DBackpropFilter: { dy: channelsFirst, out: filterFirst },
  DepthwiseConv2dNative: { x: channelsFirst, out: channelsFirst },
  FusedDepthwiseConv2D: { x: channelsFirst, out: channelsFirst },
  DepthwiseConv2dNativeBackpropInput: { dy: channelsFirst, out: channelsFirst },
  DepthwiseConv2dNativeBackpropFilter: { x: channelsFirst, dy: channelsFirst },
  AvgPool: { x: channelsFirst, out: channelsFirst },
  MaxPool: { x: channelsFirst, out: channelsFirst },
  AvgPoolGrad: { dy: channelsFirst, out: channelsFirst },
  MaxPoolGrad: { dy: channelsFirst, input: channelsFirst, out: channelsFirst },
};

/**
 * Chooses for each value the form it is stored in. Values that are computed from one another element by element form
 * a group and are stored alike; `alike` adds pairs, such as a loop's state before and after a step. The first kernel
 * that wants something of a group decides; flattens and matrix products pass decisions on.
 */
export function assignForms(graph: Graph, alike: readonly (readonly [Value, Value])[] = []): ReadonlyMap<Value, Form> {
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
  for (const node of graph.nodes) if (node.attributes['dataFormat'] !== 'NCHW') voteByTable(node, want);
  while (graph.nodes.filter((node) => passOn(node, makerOf, want)).length > 0);
  return new Map(groups.members().filter((value) => makerOf(value) !== undefined).map((value) => [value, formOf(value, makerOf(value)!)]));
}

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

function voteByTable(node: Node, want: (value: Value | undefined, maker: Maker) => boolean): void {
  for (const [name, maker] of Object.entries(WANTS[node.kernel] ?? {})) {
    want(name === 'out' ? node.outputs[0] : inputOf(node, name), maker);
  }
}

type MakerOf = (value: Value) => Maker | undefined;
type Want = (value: Value | undefined, maker: Maker) => boolean;

/** Carries a decision across a flatten or a matrix product. True where something was decided. */
function passOn(node: Node, makerOf: MakerOf, want: Want): boolean {
  if (node.kernel === 'Reshape' || node.kernel === 'ExpandDims') return acrossReshape(node, makerOf, want);
  if (node.kernel === 'BatchMatMul' || node.kernel === '_FusedMatMul') return acrossProduct(node, makerOf, want);
  return false;
}

function acrossReshape(node: Node, makerOf: MakerOf, want: Want): boolean {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  return flatten(x, y, makerOf, want) || flatten(y, x, makerOf, want);
}

/** [batch, h, w, c] channels first <-> [batch, h * w * c] */
function flatten(image: Value, vector: Value, makerOf: MakerOf, want: Want): boolean {
  if (image.shape.length !== 4 || vector.shape.length !== 2 || image.shape[0] !== vector.shape[0] || sizeOf(vector.shape) === 0) return false;
  const sides = image.shape.slice(1) as unknown as Image;
  if (makerOf(image) === channelsFirst) return want(vector, flatMaker(sides));
  const split = imageOf(makerOf(vector), vector, 1);
  return split?.join() === sides.join() && want(image, channelsFirst);
}

const makers = new Map<string, Maker>();

/** One maker for each image, so that makers can be compared. */
function cached(kind: 'flat' | 'rows', image: Image): Maker {
  const key = kind + image.join('x');
  if (!makers.has(key)) makers.set(key, (shape) => (kind === 'flat' ? flat : rows)(shape, image));
  return makers.get(key)!;
}

function flatMaker(image: Image): Maker {
  return cached('flat', image);
}

/** The image that axis `axis` of a matrix is split into by its group's decision. */
function imageOf(maker: Maker | undefined, value: Value, axis: 0 | 1): Image | undefined {
  if (maker === undefined || value.shape.length !== 2) return undefined;
  const split = maker(value.shape).splits[axis]!;
  return split.length === 3 ? (split as unknown as Image) : undefined;
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
