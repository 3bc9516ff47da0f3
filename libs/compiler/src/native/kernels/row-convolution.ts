import { asFunction, type NativeKernel } from '../kernel.ts';
import type { Assembler } from '../x64/assembler.ts';
import { at, R, type Memory, type Vector } from '../x64/operands.ts';
import { clear, clearable, copyImage, FLOAT, paddedSize, vectorsOfRow, type PaddedImage } from './padded-image.ts';

/** A convolution of strides and dilations 1, of images channels first, with few results. */
export interface RowConvolution extends PaddedImage {
  readonly batch: number;
  readonly outputs: number;
  readonly hasBias: boolean;
  readonly isRelu: boolean;
  /** Whether the filter [in, out, height, width] is turned around: then this is an input's gradient. */
  readonly isTurned: boolean;
  /** How many parts the batch is shared out to; divides it. */
  readonly parts: number;
}

/** Most bytes of an image on the stack, of which a thread has half a megabyte or more: it stays in the second cache. */
const MOST_SCRATCH = 196_608;

/** So many tiles of rows are written one by one. */
const MOST_WRITTEN = 2;

/** Outputs and rows whose sums are in registers at once. */
interface Tile {
  readonly outputs: number;
  readonly rows: number;
}

/** The tile that reads least for each product; undefined where no tile has room in the registers, or the image none on the stack. */
export function tileOf(shape: Pick<RowConvolution, 'channels' | 'image' | 'kernel' | 'result' | 'pads' | 'outputs'>, { lanes, registers }: { readonly lanes: number; readonly registers: number }): Tile | undefined {
  const { outputs, result, channels, kernel } = shape;
  const { vectors, isWorthIt } = vectorsOfRow(result[1], lanes);
  if (!isWorthIt || channels * paddedSize(shape, lanes).bytes > MOST_SCRATCH) return undefined;
  const divisors = (count: number) => Array.from({ length: count }, (_, i) => i + 1).filter((i) => count % i === 0);
  const tiles = divisors(outputs).flatMap((some) => divisors(result[0]).map((rows): Tile => ({ outputs: some, rows })));
  // Registers for sums and a mask; with one output for a row of pixels and a column of weights, else for the pixels of all rows and a weight.
  const others = (tile: Tile) => (tile.outputs === 1 ? vectors + kernel[0] : tile.rows * vectors + 1);
  const possible = tiles.filter((tile) => tile.outputs * tile.rows * vectors + others(tile) + 1 <= registers);
  // Pixels are read across lines of the cache, which takes twice as long.
  const reads = (tile: Tile) => (tile.outputs === 1 ? (2 * vectors * (tile.rows + kernel[0] - 1)) / kernel[0] + 1 : 2 * tile.rows * vectors + tile.outputs);
  const gain = (tile: Tile) => (tile.outputs * tile.rows * vectors) / reads(tile);
  return possible.sort((a, b) => gain(b) - gain(a))[0];
}

/**
 * Results [batch, out, height, width] of images [batch, in, height, width], a filter [out, in, height, width] and perhaps a bias [out],
 * perhaps with a Relu. A vector is a run of columns of a row of results. Each image is copied once, with zeros around it.
 */
export function rowConvolution(shape: RowConvolution): NativeKernel {
  const { batch, image, channels, kernel, outputs, result, pads, hasBias, isRelu, isTurned, parts } = shape;
  const flags = `${hasBias ? 'b' : ''}${isRelu ? 'r' : ''}${isTurned ? 't' : ''}`;
  return {
    name: `RowConvolution_${[batch, channels, ...image, ...kernel, outputs, ...result, ...pads, parts].join('x')}${flags}`,
    inputs: hasBias ? ['float32', 'float32', 'float32'] : ['float32', 'float32'], outputs: [{ type: 'float32', dims: [batch, outputs, ...result] }], parts,
    write: (a) => asFunction(a, () => new Writer(a, shape).write()),
  };
}

const [X, WEIGHTS, OUT, BIAS, IMAGES, TILES, ROWS, CHANNELS] = [R.r8, R.r9, R.r10, R.r11, R.rbx, R.r12, R.rcx, R.r15];
const [TILE_WEIGHTS, TILE_OUT, ROW_IMAGE, IMAGE, FILTER] = [R.r13, R.r14, R.rdx, R.rsi, R.rdi];

class Writer {
  readonly #a: Assembler;
  readonly #shape: RowConvolution;
  readonly #tile: Tile;
  readonly #vectors: number;
  readonly #padded: ReturnType<typeof paddedSize>;

  constructor(a: Assembler, shape: RowConvolution) {
    this.#a = a;
    this.#shape = shape;
    this.#tile = tileOf(shape, a)!;
    this.#vectors = vectorsOfRow(shape.result[1], a.lanes).vectors;
    this.#padded = paddedSize(shape, a.lanes);
  }

  write(): void {
    const [a, { batch, channels, outputs, result, parts, image, hasBias }] = [this.#a, this.#shape];
    const scratch = clearable(channels * this.#padded.bytes, a.lanes);
    a.mov(X, at(R.rdi));
    a.mov(WEIGHTS, at(R.rdi, 8));
    if (hasBias) a.mov(BIAS, at(R.rdi, 16));
    a.mov(OUT, at(R.rdi, hasBias ? 24 : 16));
    for (const [register, elements] of [[X, channels * image[0] * image[1]], [OUT, outputs * result[0] * result[1]]] as const) {
      a.times(R.rax, R.rsi, (batch / parts) * elements * FLOAT);
      a.add(register, R.rax, 'register');
    }
    a.sub(R.rsp, scratch);
    a.lea(R.rax, at(R.rsp));
    clear(a, R.rax, scratch);
    a.repeat(IMAGES, batch / parts, () => this.#image());
    a.add(R.rsp, scratch);
  }

  #image(): void {
    const [a, { outputs, result }] = [this.#a, this.#shape];
    a.lea(R.rdi, at(R.rsp));
    copyImage(a, this.#shape, { from: X, to: R.rdi, counter: R.r15, mask: this.#mask });
    if (this.#rest > 0) a.part(this.#rest, this.#mask);
    a.mov(TILE_WEIGHTS, WEIGHTS);
    a.repeat(TILES, outputs / this.#tile.outputs, () => this.#outputsOfTile());
    a.add(OUT, outputs * result[0] * result[1] * FLOAT);
    if (this.#shape.hasBias) a.sub(BIAS, outputs * FLOAT);
  }

  /** All rows of some outputs. The results of a tile lie behind those of the last: `OUT` itself stays. */
  #outputsOfTile(): void {
    const [a, { outputs, result, hasBias }] = [this.#a, this.#shape];
    const size = this.#tile.outputs * result[0] * result[1] * FLOAT;
    const tiles = outputs / this.#tile.outputs;
    a.mov(TILE_OUT, OUT);
    // The counter counts down from the number of tiles.
    if (tiles > 1) {
      a.times(R.rax, TILES, -size);
      a.lea(R.rax, at(R.rax, tiles * size));
      a.add(TILE_OUT, R.rax, 'register');
    }
    a.lea(ROW_IMAGE, at(R.rsp));
    const tilesOfRows = result[0] / this.#tile.rows;
    if (tilesOfRows <= MOST_WRITTEN) for (let i = 0; i < tilesOfRows; i++) this.#rows(i * this.#tile.rows);
    else a.repeat(ROWS, tilesOfRows, () => this.#rows());
    a.add(TILE_WEIGHTS, this.#tile.outputs * this.#strides.output * FLOAT);
    if (hasBias) a.add(BIAS, this.#tile.outputs * FLOAT);
  }

  /** `first`: the first row, where the code is for it alone, and leaves out what is zero. */
  #rows(first?: number): void {
    const [a, { channels, result }] = [this.#a, this.#shape];
    this.#each((sum) => a.zero(sum));
    a.mov(IMAGE, ROW_IMAGE);
    a.lea(FILTER, at(TILE_WEIGHTS));
    a.repeat(CHANNELS, channels, () => {
      this.#places(first);
      a.add(IMAGE, this.#padded.bytes);
      a.add(FILTER, this.#strides.input * FLOAT);
    });
    this.#store();
    a.add(TILE_OUT, this.#tile.rows * result[1] * FLOAT);
    a.add(ROW_IMAGE, this.#tile.rows * this.#padded.columns * FLOAT);
  }

  /** Products of one channel at all places of the filter, the tile's first row being `first` where that is known. */
  #places(first: number | undefined): void {
    const { kernel } = this.#shape;
    if (this.#tile.outputs === 1) return this.#placesOfOne(first);
    for (let i = 0; i < kernel[0]; i++) for (let j = 0; j < kernel[1]; j++) this.#place(i, j, this.#seen(first, i));
  }

  /** At one place: pixels of all rows, then a weight of each output. */
  #place(i: number, j: number, seen: readonly number[]): void {
    const a = this.#a;
    const { outputs, rows } = this.#tile;
    const pixels = outputs * rows * this.#vectors;
    const weight = pixels + rows * this.#vectors;
    const each = (visit: (row: number, vector: number, pixel: Vector) => void) => seen.forEach((row) => this.#eachVector((vector) => visit(row, vector, pixels + row * this.#vectors + vector)));
    if (seen.length === 0) return;
    each((row, vector, pixel) => a.load(pixel, this.#pixels(row + i, j, vector)));
    for (let output = 0; output < outputs; output++) {
      a.broadcast(weight, at(FILTER, this.#weightAt(output, i, j) * FLOAT));
      each((row, vector, pixel) => a.fma(this.#sum(output, row, vector), weight, pixel));
    }
  }

  /** Of one output: a column of its weights stays in registers, and each row of pixels is read once for all rows of results. */
  #placesOfOne(first: number | undefined): void {
    const [a, { kernel }] = [this.#a, this.#shape];
    const { rows } = this.#tile;
    const pixel = (vector: number): Vector => rows * this.#vectors + vector;
    const weight = (i: number): Vector => (rows + 1) * this.#vectors + i;
    for (let j = 0; j < kernel[1]; j++) {
      for (let i = 0; i < kernel[0]; i++) a.broadcast(weight(i), at(FILTER, this.#weightAt(0, i, j) * FLOAT));
      for (let line = 0; line < rows + kernel[0] - 1; line++) {
        const places = Array.from({ length: kernel[0] }, (_, i) => i).filter((i) => this.#seen(first, i).includes(line - i));
        if (places.length === 0) continue;
        this.#eachVector((vector) => a.load(pixel(vector), this.#pixels(line, j, vector)));
        for (const i of places) this.#eachVector((vector) => a.fma(this.#sum(0, line - i, vector), weight(i), pixel(vector)));
      }
    }
  }

  /** The rows of a tile that see the image, and not only zeros around it, at row `i` of the filter. */
  #seen(first: number | undefined, i: number): number[] {
    const { image, pads } = this.#shape;
    const isSeen = (row: number) => first === undefined || (first + row + i >= pads[0] && first + row + i < image[0] + pads[0]);
    return Array.from({ length: this.#tile.rows }, (_, row) => row).filter(isSeen);
  }

  #pixels(line: number, j: number, vector: number): Memory {
    return at(IMAGE, (line * this.#padded.columns + j + vector * this.#a.lanes) * FLOAT);
  }

  #store(): void {
    const [a, { result, isRelu, hasBias }] = [this.#a, this.#shape];
    const [zero, bias] = [this.#free, this.#free];
    // Last, for a sum that begins small loses fewer digits.
    if (hasBias) {
      for (let output = 0; output < this.#tile.outputs; output++) {
        a.broadcast(bias, at(BIAS, output * FLOAT));
        this.#each((sum, of) => of === output && a.addps(sum, sum, bias));
      }
    }
    if (isRelu) {
      a.zero(zero);
      // What is not a number stays so.
      this.#each((sum) => a.maxps(sum, zero, sum));
    }
    this.#each((sum, output, row, vector) => {
      const to = at(TILE_OUT, ((output * result[0] + row) * result[1] + vector * a.lanes) * FLOAT);
      if (vector === this.#vectors - 1 && this.#rest > 0) a.storePart(to, sum, this.#mask);
      else a.store(to, sum);
    });
  }

  #eachVector(visit: (vector: number) => void): void {
    for (let vector = 0; vector < this.#vectors; vector++) visit(vector);
  }

  #each(visit: (sum: Vector, output: number, row: number, vector: number) => void): void {
    const { outputs, rows } = this.#tile;
    for (let output = 0; output < outputs; output++) for (let row = 0; row < rows; row++) this.#eachVector((vector) => visit(this.#sum(output, row, vector), output, row, vector));
  }

  /** The first register behind the sums. */
  get #free(): Vector {
    return this.#tile.outputs * this.#tile.rows * this.#vectors;
  }

  #sum(output: number, row: number, vector: number): Vector {
    return (output * this.#tile.rows + row) * this.#vectors + vector;
  }

  get #strides(): { output: number; input: number } {
    const { kernel, channels, outputs, isTurned } = this.#shape;
    const size = kernel[0] * kernel[1];
    return isTurned ? { output: size, input: outputs * size } : { output: channels * size, input: size };
  }

  /** Where a channel's weight lies, from that of the tile's first output on. */
  #weightAt(output: number, i: number, j: number): number {
    const { kernel, isTurned } = this.#shape;
    const place = isTurned ? (kernel[0] - 1 - i) * kernel[1] + kernel[1] - 1 - j : i * kernel[1] + j;
    return output * this.#strides.output + place;
  }

  /** Columns in a row's last vector, where it is not whole. */
  get #rest(): number {
    return this.#shape.result[1] % this.#a.lanes;
  }

  get #mask(): Vector {
    return this.#a.registers - 1;
  }
}
