import { asFunction, type NativeKernel } from '../kernel.ts';
import type { Assembler } from '../x64/assembler.ts';
import { at, R, type Vector } from '../x64/operands.ts';

/** How an image lies in memory: distances in elements. */
export interface ImageStrides {
  readonly image: number;
  readonly row: number;
  readonly column: number;
  readonly channel: number;
  /** From a block of channels to the next. */
  readonly block: number;
}

/** A convolution of strides and dilations 1, of images [batch, height, width, in] with a filter [height, width, in, out]. */
export interface FilterGradient {
  readonly batch: number;
  readonly image: readonly [height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly channels: number;
  readonly outputs: number;
  readonly result: readonly [height: number, width: number];
  /** Rows above and columns left of the image. */
  readonly pads: readonly [top: number, left: number];
  /** Whether images lie in blocks of channels, as the gradient does; otherwise channels first. */
  readonly isBlocked: boolean;
}

const FLOAT = 4;
/** How many products are summed in registers, about. */
const TERMS = 256;

/** Channels whose gradients are summed at once, for a filter this wide; 0 where there are too few registers for one. */
export function channelsAtOnce(width: number, channels: number, { registers }: { readonly registers: number }): number {
  const most = Math.floor((registers - width - 1) / width);
  for (let count = Math.min(most, channels); count > 0; count--) if (channels % count === 0) return count;
  return 0;
}

/**
 * The gradient of a filter, from images and the result's gradient [batch, out / block, height, width, block]: in blocks as
 * filters are stored, [out / block, in / block, height, width, in of a block, out of a block], or [out / block, in, height, width, out of a block]
 * where images are channels first. Each part is a block of outputs and one of inputs.
 *
 * Sums over an image stay in registers: for each place of a filter's row and each of some channels one vector, of a
 * block of outputs. From column to column the gradients of the places move on by one register, so that an element of
 * the image and a vector of the gradient are each read once for all places.
 */
export function filterGradient(shape: FilterGradient, lanes: number): NativeKernel {
  const { batch, image, kernel, channels, outputs, result, pads, isBlocked } = shape;
  const inputsOfPart = isBlocked ? lanes : channels;
  const [outs, ins] = [outputs / lanes, channels / inputsOfPart];
  const dims = isBlocked ? [outs, ins, ...kernel, lanes, lanes] : [outs, channels, ...kernel, lanes];
  return {
    name: `FilterGradient_${[batch, ...image, channels, ...kernel, outputs, ...result, ...pads].join('x')}${isBlocked ? '_blocked' : ''}`,
    inputs: ['float32', 'float32'],
    outputs: [{ type: 'float32', dims }],
    parts: outs * ins,
    write: (a) => asFunction(a, () => new Writer(a, shape).part({ ins, inputsOfPart })),
  };
}

/** Registers: where a part's image, gradient and result begin, for the image of the batch and the channels at hand; and counters. */
const [X, DY, OUT, IMAGES, GROUPS, BANDS, ROWS, COLUMNS] = [R.r8, R.r9, R.r10, R.rbx, R.r11, R.r14, R.rcx, R.r12];
const [X_HERE, DY_HERE, X_GROUP, OUT_GROUP] = [R.rsi, R.rdx, R.rax, R.r13];

class Writer {
  readonly #a: Assembler;
  readonly #shape: FilterGradient;
  readonly #strides: ImageStrides;
  readonly #atOnce: number;

  constructor(a: Assembler, shape: FilterGradient) {
    this.#a = a;
    this.#shape = shape;
    this.#strides = stridesOf(shape, a.lanes);
    this.#atOnce = channelsAtOnce(shape.kernel[1], shape.isBlocked ? a.lanes : shape.channels, a);
  }

  part({ ins, inputsOfPart }: { ins: number; inputsOfPart: number }): void {
    const [a, { batch, kernel, outputs, result }] = [this.#a, this.#shape];
    const [gradientBlock, resultPart] = [result[0] * result[1] * a.lanes, kernel[0] * kernel[1] * inputsOfPart * a.lanes];
    this.#begin(ins, { gradientBlock, resultPart });
    this.#clear(resultPart);
    a.repeat(IMAGES, batch, () => {
      a.mov(X_GROUP, X);
      a.mov(OUT_GROUP, OUT);
      a.repeat(GROUPS, inputsOfPart / this.#atOnce, () => {
        for (let row = 0; row < kernel[0]; row++) this.#rowOfFilter(row);
        a.add(X_GROUP, this.#atOnce * this.#strides.channel * FLOAT);
        a.add(OUT_GROUP, this.#atOnce * this.#strideOfInput() * FLOAT);
      });
      a.add(X, this.#strides.image * FLOAT);
      a.add(DY, outputs / a.lanes * gradientBlock * FLOAT);
    });
  }

  /** Where this part's block of inputs, block of outputs and result begin. */
  #begin(ins: number, { gradientBlock, resultPart }: { gradientBlock: number; resultPart: number }): void {
    const a = this.#a;
    a.mov(X, at(R.rdi));
    a.mov(DY, at(R.rdi, 8));
    a.mov(OUT, at(R.rdi, 16));
    a.times(R.rdx, R.rsi, resultPart * FLOAT);
    a.add(OUT, R.rdx, 'register');
    a.mov(R.rax, R.rsi);
    a.set(R.rcx, ins);
    a.divide(R.rcx);
    a.times(R.rdx, R.rdx, this.#strides.block * FLOAT);
    a.add(X, R.rdx, 'register');
    a.times(R.rax, R.rax, gradientBlock * FLOAT);
    a.add(DY, R.rax, 'register');
  }

  #clear(elements: number): void {
    const a = this.#a;
    a.zero(0);
    a.mov(OUT_GROUP, OUT);
    a.repeat(ROWS, elements / a.lanes, () => {
      a.store(at(OUT_GROUP), 0);
      a.add(OUT_GROUP, a.lanes * FLOAT);
    });
  }

  /** Adds what one image gives to a row of the filter, for some channels. */
  #rowOfFilter(row: number): void {
    const [a, { image, result, pads }] = [this.#a, this.#shape];
    const first = Math.max(0, pads[0] - row);
    const rows = Math.min(result[0], image[0] + pads[0] - row) - first;
    if (rows <= 0) return;
    a.lea(X_HERE, at(X_GROUP, (first + row - pads[0]) * this.#strides.row * FLOAT));
    a.lea(DY_HERE, at(DY, first * result[1] * a.lanes * FLOAT));
    const together = Math.min(rows, Math.max(1, Math.round(TERMS / image[1])));
    a.repeat(BANDS, Math.floor(rows / together), () => this.#bandOfImage(row, together));
    if (rows % together > 0) this.#bandOfImage(row, rows % together);
  }

  /** Sums over some rows of an image in registers, and adds them to the result: long sums of float32 lose digits. */
  #bandOfImage(row: number, rows: number): void {
    const [a, { kernel }] = [this.#a, this.#shape];
    for (let i = 0; i < kernel[1] * this.#atOnce; i++) a.zero(i);
    a.repeat(ROWS, rows, () => this.#rowOfImage());
    for (let place = 0; place < kernel[1]; place++) {
      for (let channel = 0; channel < this.#atOnce; channel++) {
        const sum = this.#sum(place, channel);
        const to = at(OUT_GROUP, (channel * this.#strideOfInput() + (row * kernel[1] + place) * this.#strideOfPlace()) * FLOAT);
        a.addps(sum, sum, to);
        a.store(to, sum);
      }
    }
  }

  /** Moves on to the next row of both. */
  #rowOfImage(): void {
    const [a, { image, result, kernel, pads }] = [this.#a, this.#shape];
    const [width, across, left] = [kernel[1], result[1], pads[1]];
    for (let place = 0; place < width; place++) {
      if (left - place >= 0 && left - place < across) a.load(this.#gradient(place), at(DY_HERE, (left - place) * a.lanes * FLOAT));
      else a.zero(this.#gradient(place));
    }
    const columns = Math.min(image[1], across + width - 1 - left);
    const following = Math.max(0, Math.min(columns, across - 1 - left));
    if (following > 0) {
      a.repeat(COLUMNS, following, () => {
        this.#column(0, () => true);
        for (let place = width - 1; place > 0; place--) a.copy(this.#gradient(place), this.#gradient(place - 1));
        a.load(this.#gradient(0), at(DY_HERE, (left + 1) * a.lanes * FLOAT));
        a.add(X_HERE, this.#strides.column * FLOAT);
        a.add(DY_HERE, a.lanes * FLOAT);
      });
    }
    for (let column = following; column < columns; column++) {
      this.#column((column - following) * this.#strides.column, (place) => column + left - place < across && column + left - place >= 0);
      for (let place = width - 1; place > 0; place--) a.copy(this.#gradient(place), this.#gradient(place - 1));
    }
    a.add(X_HERE, (this.#strides.row - following * this.#strides.column) * FLOAT);
    a.add(DY_HERE, (across - following) * a.lanes * FLOAT);
  }

  /** The products of a column's elements, `offset` elements from here, with the gradients of those places that are on it. */
  #column(offset: number, isOn: (place: number) => boolean): void {
    const [a, { kernel }] = [this.#a, this.#shape];
    const scratch = kernel[1] * (this.#atOnce + 1);
    const spare = a.registers - scratch;
    for (let channel = 0; channel < this.#atOnce; channel++) {
      const element = scratch + (channel % Math.min(spare, 2));
      a.broadcast(element, at(X_HERE, (offset + channel * this.#strides.channel) * FLOAT));
      for (let place = 0; place < kernel[1]; place++) if (isOn(place)) a.fma(this.#sum(place, channel), this.#gradient(place), element);
    }
  }

  #sum(place: number, channel: number): Vector {
    return place * this.#atOnce + channel;
  }

  #gradient(place: number): Vector {
    return this.#shape.kernel[1] * this.#atOnce + place;
  }

  /** From an input's weights to the next one's: last of all but a block of outputs, or before the places. */
  #strideOfInput(): number {
    const { isBlocked, kernel } = this.#shape;
    return isBlocked ? this.#a.lanes : kernel[0] * kernel[1] * this.#a.lanes;
  }

  #strideOfPlace(): number {
    return this.#shape.isBlocked ? this.#a.lanes ** 2 : this.#a.lanes;
  }
}

function stridesOf({ isBlocked, image: [height, width], channels }: FilterGradient, lanes: number): ImageStrides {
  const size = height * width;
  return isBlocked ? { image: size * channels, row: width * lanes, column: lanes, channel: 1, block: size * lanes } : { image: size * channels, row: width, column: 1, channel: size, block: size * channels };
}
