import { asFunction, type NativeKernel } from '../kernel.ts';
import type { Assembler } from '../x64/assembler.ts';
import { at, R, type Vector } from '../x64/operands.ts';
import { clear, clearable, copyImage, FLOAT, paddedSize, vectorsOfRow, type PaddedImage } from './padded-image.ts';

/** Most bytes of sums and image on the stack: they stay in the first cache. */
const MOST_SCRATCH = 32_768;

/** A convolution of strides and dilations 1, of images channels first, with a small filter. */
export interface RowFilterGradient extends PaddedImage {
  readonly batch: number;
  readonly outputs: number;
}

/** Outputs whose gradients are summed at once; 0 where they have no room in the registers, or sums and image none on the stack. */
export function outputsAtOnce(shape: Omit<RowFilterGradient, 'batch'>, { lanes, registers }: { readonly lanes: number; readonly registers: number }): number {
  const { kernel, outputs, result } = shape;
  if (!vectorsOfRow(result[1], lanes).isWorthIt) return 0;
  // Sums, gradients, pixels and a mask.
  const most = Math.floor((registers - 2) / (kernel[1] + 1));
  for (let count = Math.min(most, outputs); count > 0; count--) if (outputs % count === 0 && scratchOf(shape, count, lanes).total <= MOST_SCRATCH) return count;
  return 0;
}

/** Bytes of the stack: vectors of sums for each weight of some outputs, and behind them the padded image. */
function scratchOf(shape: PaddedImage, outputs: number, lanes: number): { sums: number; total: number } {
  const { kernel, channels } = shape;
  const sums = outputs * channels * kernel[0] * kernel[1] * lanes * FLOAT;
  return { sums, total: sums + clearable(channels * paddedSize(shape, lanes).bytes, lanes) };
}

/**
 * The gradient [out, in, height, width] of a filter, from images [batch, in, height, width] and the result's gradient
 * [batch, out, height, width]. A vector is a run of columns of a row; for each weight one is summed over all rows of an image in
 * a register, over all images in memory, and at the end its elements are added up. Each part has some outputs.
 */
export function rowFilterGradient(shape: RowFilterGradient, vectors: { readonly lanes: number; readonly registers: number }): NativeKernel {
  const { batch, image, channels, kernel, outputs, result, pads } = shape;
  return {
    name: `RowFilterGradient_${[batch, channels, ...image, ...kernel, outputs, ...result, ...pads].join('x')}`, inputs: ['float32', 'float32'],
    outputs: [{ type: 'float32', dims: [outputs, channels, ...kernel] }], parts: outputs / outputsAtOnce(shape, vectors), write: (a) => asFunction(a, () => new Writer(a, shape).write()),
  };
}

const [X, DY, OUT, IMAGES, CHANNELS, ROWS] = [R.r8, R.r9, R.r10, R.rbx, R.r15, R.rcx];
const [IMAGE, SUMS, ROW_IMAGE, ROW_DY] = [R.r13, R.r14, R.rsi, R.rdx];

class Writer {
  readonly #a: Assembler;
  readonly #shape: RowFilterGradient;
  readonly #atOnce: number;
  readonly #padded: ReturnType<typeof paddedSize>;

  constructor(a: Assembler, shape: RowFilterGradient) {
    this.#a = a;
    this.#shape = shape;
    this.#atOnce = outputsAtOnce(shape, a);
    this.#padded = paddedSize(shape, a.lanes);
  }

  write(): void {
    const [a, { batch, outputs, result }] = [this.#a, this.#shape];
    const { sums, total } = scratchOf(this.#shape, this.#atOnce, a.lanes);
    const size = result[0] * result[1];
    a.mov(X, at(R.rdi));
    a.mov(DY, at(R.rdi, 8));
    a.mov(OUT, at(R.rdi, 16));
    for (const [register, ofOutput] of [[DY, size], [OUT, this.#ofOutput / a.lanes]] as const) {
      a.times(R.rax, R.rsi, this.#atOnce * ofOutput * FLOAT);
      a.add(register, R.rax, 'register');
    }
    a.sub(R.rsp, total);
    a.lea(R.rax, at(R.rsp));
    clear(a, R.rax, total);
    a.repeat(IMAGES, batch, () => {
      a.lea(R.rdi, at(R.rsp, sums));
      copyImage(a, this.#shape, { from: X, to: R.rdi, counter: CHANNELS, mask: this.#mask });
      if (this.#rest > 0) a.part(this.#rest, this.#mask);
      this.#image(sums);
      a.add(DY, outputs * size * FLOAT);
    });
    this.#addUp();
    a.add(R.rsp, total);
  }

  #image(sums: number): void {
    const [a, { channels, kernel }] = [this.#a, this.#shape];
    a.lea(SUMS, at(R.rsp));
    a.lea(IMAGE, at(R.rsp, sums));
    a.repeat(CHANNELS, channels, () => {
      for (let row = 0; row < kernel[0]; row++) this.#rowOfFilter(row);
      a.add(IMAGE, this.#padded.bytes);
      a.add(SUMS, kernel[0] * kernel[1] * a.lanes * FLOAT);
    });
  }

  #rowOfFilter(row: number): void {
    const [a, { result, kernel }] = [this.#a, this.#shape];
    this.#each((sum) => a.zero(sum));
    a.lea(ROW_IMAGE, at(IMAGE, row * this.#padded.columns * FLOAT));
    a.mov(ROW_DY, DY);
    a.repeat(ROWS, result[0], () => {
      this.#rowOfImage();
      a.add(ROW_IMAGE, this.#padded.columns * FLOAT);
      a.add(ROW_DY, result[1] * FLOAT);
    });
    this.#each((sum, place, output) => {
      const to = at(SUMS, (output * this.#ofOutput + (row * kernel[1] + place) * a.lanes) * FLOAT);
      a.addps(sum, sum, to);
      a.store(to, sum);
    });
  }

  #rowOfImage(): void {
    const [a, { result, kernel }] = [this.#a, this.#shape];
    const { vectors } = vectorsOfRow(result[1], a.lanes);
    const gradient = (output: number): Vector => kernel[1] * this.#atOnce + output;
    const pixels = kernel[1] * this.#atOnce + this.#atOnce;
    for (let vector = 0; vector < vectors; vector++) {
      for (let output = 0; output < this.#atOnce; output++) {
        const from = at(ROW_DY, (output * result[0] * result[1] + vector * a.lanes) * FLOAT);
        if (vector === vectors - 1 && this.#rest > 0) a.loadPart(gradient(output), from, this.#mask);
        else a.load(gradient(output), from);
      }
      for (let place = 0; place < kernel[1]; place++) {
        a.load(pixels, at(ROW_IMAGE, (vector * a.lanes + place) * FLOAT));
        for (let output = 0; output < this.#atOnce; output++) a.fma(this.#sum(place, output), gradient(output), pixels);
      }
    }
  }

  /** The elements of each vector of sums. */
  #addUp(): void {
    const a = this.#a;
    a.part(1, this.#mask);
    a.lea(SUMS, at(R.rsp));
    a.repeat(ROWS, (this.#atOnce * this.#ofOutput) / a.lanes, () => {
      a.broadcast(0, at(SUMS));
      for (let lane = 1; lane < a.lanes; lane++) {
        a.broadcast(1, at(SUMS, lane * FLOAT));
        a.addps(0, 0, 1);
      }
      a.storePart(at(OUT), 0, this.#mask);
      a.add(SUMS, a.lanes * FLOAT);
      a.add(OUT, FLOAT);
    });
  }

  #each(visit: (sum: Vector, place: number, output: number) => void): void {
    for (let place = 0; place < this.#shape.kernel[1]; place++) for (let output = 0; output < this.#atOnce; output++) visit(this.#sum(place, output), place, output);
  }

  #sum(place: number, output: number): Vector {
    return place * this.#atOnce + output;
  }

  /** Elements of the sums of an output. */
  get #ofOutput(): number {
    const { channels, kernel } = this.#shape;
    return channels * kernel[0] * kernel[1] * this.#a.lanes;
  }

  /** Columns in a row's last vector, where it is not whole. */
  get #rest(): number {
    return this.#shape.result[1] % this.#a.lanes;
  }

  get #mask(): Vector {
    return this.#a.registers - 1;
  }
}
