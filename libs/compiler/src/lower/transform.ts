import { inputOf, type Value } from '../graph/graph.ts';
import { attribute } from '../kernels/rule.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering } from './emitter.ts';

type Tap = readonly [row: Name, column: Name];

/** Arithmetic in doubles, in which TF.js finds the pixel of an image that each pixel of the result is taken from. */
class Doubles {
  readonly #e: Emitter;

  constructor(e: Emitter) {
    this.#e = e;
  }

  number(value: number): Name {
    return this.#e.scalar(value, 'float64');
  }

  list(values: readonly number[]): Name {
    return this.#e.blocks.constant(values, 'float64');
  }

  op(name: string, ...operands: readonly (Name | number)[]): Name {
    return this.#e.one(name, operands.map((operand) => (typeof operand === 'number' ? this.number(operand) : operand)));
  }

  floorOf(a: Name, by: number): Name {
    return this.op('Floor', this.op('Div', a, by));
  }

  clamped(a: Name, most: number): Name {
    return this.op('Min', this.op('Max', a, 0), most);
  }
}

/** Where beyond the edge a place of the result lies in the image, by the name of the fill mode; others leave it outside. */
const beyond: Readonly<Record<string, (d: Doubles, at: Name, length: number) => Name>> = {
  nearest: (d, at, length) => d.clamped(at, length - 1),
  // [abcd] becomes [abcd|abcd|abcd]
  wrap(d, at, length) {
    if (length <= 1) return d.clamped(at, 0);
    const below = d.op('Add', at, d.op('Mul', d.op('Add', d.floorOf(d.op('Neg', at), length - 1), 1), length));
    const above = d.op('Sub', at, d.op('Mul', d.floorOf(at, length - 1), length));
    return d.clamped(outOfRange(d, at, length, [below, above]), length - 1);
  },
  // [abcd] becomes [dcba|abcd|dcba]
  reflect(d, at, length) {
    if (length <= 1) return d.clamped(at, 0);
    const period = 2 * length;
    const shifted = d.op('Add', at, d.op('Mul', d.floorOf(d.op('Neg', at), period), period));
    const below = d.op('Where', d.op('Less', shifted, -length), d.op('Add', shifted, period), d.op('Sub', -1, shifted));
    const rest = d.op('Sub', at, d.op('Mul', d.floorOf(at, period), period));
    const above = d.op('Where', d.op('GreaterOrEqual', rest, length), d.op('Sub', period - 1, rest), rest);
    return d.clamped(outOfRange(d, at, length, [below, above]), length - 1);
  },
};

function outOfRange(d: Doubles, at: Name, length: number, [below, above]: readonly [Name, Name]): Name {
  return d.op('Where', d.op('Less', at, 0), below, d.op('Where', d.op('Greater', at, length - 1), above, at));
}

interface Source {
  readonly d: Doubles;
  /** [batch, height * width, channels] */
  readonly pixels: Name;
  readonly size: readonly [height: number, width: number];
  readonly fill: Name;
}

/** The pixels at whole rows and columns, or the filling outside of the image. */
function read(e: Emitter, { d, pixels, size: [height, width], fill }: Source, [row, column]: Tap): Name {
  const within = (at: Name, length: number) => e.one('And', [d.op('GreaterOrEqual', at, 0), d.op('LessOrEqual', at, length - 1)]);
  const inside = e.one('And', [within(row, height), within(column, width)]);
  const place = d.op('Where', inside, d.op('Add', d.op('Mul', row, width), column), 0);
  const last = e.ints(-1);
  const taken = e.one('GatherND', [pixels, e.one('Unsqueeze', [e.cast(place, 'int64'), last])], { batch_dims: 1 });
  return e.one('Where', [e.one('Unsqueeze', [inside, last]), taken, fill]);
}

function bilinear(e: Emitter, source: Source, [y, x]: Tap): Name {
  const { d } = source;
  const [top, left] = [d.op('Floor', y), d.op('Floor', x)];
  const weight = (a: Name, b: Name) => e.one('Unsqueeze', [e.cast(d.op('Sub', a, b), 'float32'), e.ints(-1)]);
  const mixed = (first: Name, second: Name, [at, from]: readonly [Name, Name]) =>
    e.one('Add', [e.one('Mul', [weight(d.op('Add', from, 1), at), first]), e.one('Mul', [weight(at, from), second])]);
  const row = (at: Name) => mixed(read(e, source, [at, left]), read(e, source, [at, d.op('Add', left, 1)]), [x, left]);
  return mixed(row(top), row(d.op('Add', top, 1)), [y, top]);
}

/** The eight numbers of each transform, [transforms, 1] each. */
function coefficients(e: Emitter, transforms: Value): Name[] {
  const wide = e.cast(e.use(transforms), 'float64');
  return Array.from({ length: 8 }, (_, i) => e.one('Slice', [wide, e.ints(i), e.ints(i + 1), e.ints(1)]));
}

/** A projective transform: the result's pixel (x, y) is the image's ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1. */
export const transform: Lowering = (node, e) => {
  const [image, transforms] = [inputOf(node, 'image')!, inputOf(node, 'transforms')!];
  const output = node.outputs[0]!;
  const [n, height, width, channels] = image.shape as [number, number, number, number];
  const [, rows, columns] = output.shape as [number, number, number, number];
  const d = new Doubles(e);
  const [x, y] = [(i: number) => i % columns, (i: number) => Math.floor(i / columns)].map((place) => d.list(Array.from({ length: rows * columns }, (_, i) => place(i)))) as [Name, Name];
  const [a0, a1, a2, b0, b1, b2, c0, c1] = coefficients(e, transforms) as [Name, Name, Name, Name, Name, Name, Name, Name];
  const plane = (u: Name, v: Name, w: Name | number) => d.op('Add', d.op('Add', d.op('Mul', u, x), d.op('Mul', v, y)), w);
  const scale = plane(c0, c1, 1);
  const at = (along: Name, length: number) => {
    const place = e.one('Expand', [d.op('Div', along, scale), e.ints(n, rows * columns)]);
    return (beyond[attribute<string>(node, 'fillMode')] ?? ((_, same: Name) => same))(d, place, length);
  };
  const source: Source = { d, pixels: e.reshape(e.use(image), [n, height * width, channels]), size: [height, width], fill: e.scalar(attribute<number>(node, 'fillValue')) };
  const tap: Tap = [at(plane(b0, b1, b2), height), at(plane(a0, a1, a2), width)];
  const nearest = () => read(e, source, tap.map((place) => d.op('Floor', d.op('Add', place, 0.5))) as unknown as Tap);
  const taken = attribute<string>(node, 'interpolation') === 'bilinear' ? bilinear(e, source, tap) : nearest();
  const nowhere = e.one('Unsqueeze', [d.op('Equal', scale, 0), e.ints(-1)]);
  e.def(output, e.reshape(e.one('Where', [nowhere, source.fill, taken]), output.shape));
};
