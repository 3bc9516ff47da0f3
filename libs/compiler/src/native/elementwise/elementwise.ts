import { MOST_OPERANDS } from '../bridge.ts';
import { asFunction, type NativeKernel } from '../kernel.ts';
import { Assembler, type VectorSet } from '../x64/assembler.ts';
import { Label } from '../x64/code.ts';
import { at, R, type Gpr, type Memory, type Vector } from '../x64/operands.ts';
import { Expression, TooFewRegisters, type Places } from './expression.ts';
import { isUniform, isWhole, type Program } from './program.ts';

const FLOAT = 4;
const LONGEST_VECTOR = 16;
/** For addresses: the other general registers have the count of vectors, the distance from the start, and what is computed on the way. */
const ADDRESSES = [R.rcx, R.rdx, R.rbx, R.rbp, R.r8, R.r9, R.r10, R.r11, R.r12, R.r13, R.r14, R.r15] as const;
const [COUNT, DISTANCE, SCRATCH] = [R.rdi, R.rsi, R.rax];

/** A program as an operator. Parts share out the first axis, or a single axis vector by vector. */
export function elementwise(name: string, program: Program, { outputs, parts: wanted }: { outputs: readonly (readonly number[])[]; parts: number }): NativeKernel {
  const { dims } = program;
  const parts = Math.max(1, Math.min(wanted, dims.length === 1 ? Math.floor(dims[0]! / LONGEST_VECTOR) : dims[0]!));
  return {
    name, inputs: program.inputs.map(() => 'float32'), outputs: outputs.map((dims) => ({ type: 'float32', dims })), parts,
    write: (a) => {
      // Written twice: only afterwards is it known which numbers it needs in memory.
      const numbers = new Writer(new Assembler(a.vectorSet), program, { parts, numbers: [] }).write();
      asFunction(a, () => new Writer(a, program, { parts, numbers }).write());
    },
  };
}

/** Distances within an output are added as numbers of 32 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/** Whether a program, its axes collapsed, can be a kernel: it has elements, though not 2 GB of them, and enough registers for values and addresses. */
export function fits(program: Program, vectorSet: VectorSet): boolean {
  const bytes = program.dims.reduce((size, dim) => size * dim, FLOAT);
  // Its loops run at least once.
  if (bytes === 0 || bytes > MOST_BYTES) return false;
  if (program.inputs.length + program.outputs.length > MOST_OPERANDS) return false;
  if (addressed(program).length + program.outputs.length + program.dims.length - 1 > ADDRESSES.length) return false;
  try {
    new Writer(new Assembler(vectorSet), program, { parts: 1, numbers: [] }).write();
    return true;
  } catch (thrown) {
    if (thrown instanceof TooFewRegisters) return false;
    throw thrown;
  }
}

/** The inputs that are more than one element. */
function addressed({ inputs }: Program): number[] {
  return inputs.map((_, i) => i).filter((i) => !isUniform(inputs[i]!));
}

class Writer {
  readonly #a: Assembler;
  readonly #program: Program;
  readonly #parts: number;
  /** Bits that lie in the frame, each in all places of a vector. */
  readonly #numbers: number[];
  readonly #inputs: ReadonlyMap<number, Gpr>;
  readonly #outputs: readonly Gpr[];
  readonly #counters: readonly Gpr[];
  readonly #uniform: readonly number[];
  readonly #mask: Vector;

  constructor(a: Assembler, program: Program, { parts, numbers }: { parts: number; numbers: readonly number[] }) {
    this.#a = a;
    this.#program = program;
    this.#parts = parts;
    this.#numbers = [...numbers];
    const read = addressed(program);
    this.#inputs = new Map(read.map((input, i) => [input, ADDRESSES[i]!]));
    this.#outputs = program.outputs.map((_, i) => ADDRESSES[read.length + i]!);
    this.#counters = program.dims.slice(0, -1).map((_, i) => ADDRESSES[read.length + program.outputs.length + i]!);
    this.#uniform = program.inputs.map((_, i) => i).filter((i) => !read.includes(i));
    this.#mask = a.registers - 1;
  }

  /** The numbers that it needs in memory. */
  write(): readonly number[] {
    const a = this.#a;
    const end = new Label();
    const frame = (this.#uniform.length + this.#numbers.length) * a.lanes * FLOAT;
    a.sub(R.rsp, frame);
    this.#fillFrame();
    if (this.#tail > 0) a.part(this.#tail, this.#mask);
    this.#begin(end);
    this.#loop(0);
    a.place(end);
    a.add(R.rsp, frame);
    return this.#numbers;
  }

  get #innermost(): number {
    return this.#program.dims.at(-1)!;
  }

  get #vectors(): number {
    return Math.floor(this.#innermost / this.#a.lanes);
  }

  get #tail(): number {
    return this.#innermost % this.#a.lanes;
  }

  /** Inputs of one element first, then numbers. */
  #fillFrame(): void {
    const a = this.#a;
    this.#uniform.forEach((input, i) => {
      a.mov(SCRATCH, at(R.rdi, input * 8));
      a.broadcast(0, at(SCRATCH));
      a.store(this.#slot(i), 0);
    });
    this.#numbers.forEach((bits, i) => {
      a.constantInt(0, bits);
      a.store(this.#slot(this.#uniform.length + i), 0);
    });
  }

  #slot(index: number): Memory {
    return at(R.rsp, index * this.#a.lanes * FLOAT);
  }

  /** Addresses and counts of this part; to `end` where nothing is left for it. */
  #begin(end: Label): void {
    const [a, { dims, inputs, outputs }] = [this.#a, this.#program];
    const isFlat = dims.length === 1;
    const [all, unit] = isFlat ? [this.#vectors, a.lanes] : [dims[0]!, dims.slice(1).reduce((size, dim) => size * dim, 1)];
    const share = Math.ceil(all / this.#parts);
    a.mov(SCRATCH, R.rsi);
    const table = R.rdi;
    for (const [input, register] of this.#inputs) a.mov(register, at(table, input * 8));
    outputs.forEach((_, i) => a.mov(this.#outputs[i]!, at(table, (inputs.length + i) * 8)));
    a.times(DISTANCE, SCRATCH, share * unit * FLOAT);
    for (const [input, register] of this.#inputs) {
      if (isFlat || this.#isWhole(input)) continue;
      a.times(COUNT, SCRATCH, share * inputs[input]![0]! * FLOAT);
      a.add(register, COUNT, 'register');
    }
    const count = isFlat ? COUNT : this.#counters[0]!;
    this.#countOf(count, { share, all, end });
  }

  /** count = min(share, all - share * part), where that is above 0. */
  #countOf(count: Gpr, { share, all, end }: { share: number; all: number; end: Label }): void {
    const a = this.#a;
    if (this.#parts === 1) return a.set(count, all);
    const [isWhole, isSome] = [new Label(), new Label()];
    a.times(SCRATCH, SCRATCH, -share);
    a.lea(count, at(SCRATCH, all));
    a.cmp(count, share);
    a.jumpIf('lessOrEqual', isWhole);
    a.set(count, share);
    a.place(isWhole);
    a.cmp(count, 0);
    a.jumpIf('greater', isSome);
    a.jump(end);
    a.place(isSome);
  }

  #isWhole(input: number): boolean {
    return isWhole(this.#program.inputs[input]!, this.#program.dims);
  }

  #loop(axis: number): void {
    const [a, { dims, inputs }] = [this.#a, this.#program];
    if (axis === dims.length - 1) return this.#row();
    const again = new Label();
    if (axis > 0) a.set(this.#counters[axis]!, dims[axis]!);
    a.place(again);
    this.#loop(axis + 1);
    for (const [input, register] of this.#inputs) {
      const moved = inputs[input]![axis + 1]! * dims[axis + 1]!;
      const step = (inputs[input]![axis]! - moved) * FLOAT;
      if (!this.#isWhole(input) && step !== 0) a.add(register, step);
    }
    a.sub(this.#counters[axis]!, 1);
    a.jumpIf('notEqual', again);
  }

  /** The innermost axis, by vectors. Of a single axis the last part has the rest, and the count is there. */
  #row(): void {
    const [a, { dims }] = [this.#a, this.#program];
    const isFlat = dims.length === 1;
    if (this.#vectors > 0) {
      if (!isFlat) a.set(COUNT, this.#vectors);
      const [again, done] = [new Label(), new Label()];
      a.place(again);
      this.#vector(false);
      a.sub(COUNT, 1);
      a.jumpIf('notEqual', again);
      a.place(done);
    }
    if (this.#tail > 0) this.#last(isFlat);
  }

  #last(isFlat: boolean): void {
    const a = this.#a;
    if (!isFlat || this.#vectors === 0 || this.#parts === 1) return this.#vector(true);
    const notMine = new Label();
    a.cmp(DISTANCE, this.#vectors * a.lanes * FLOAT);
    a.jumpIf('notEqual', notMine);
    this.#vector(true);
    a.place(notMine);
  }

  #vector(isPart: boolean): void {
    const a = this.#a;
    new Expression(a, this.#program, { places: this.#places(isPart), registers: this.#tail > 0 ? a.registers - 1 : a.registers }).write();
    const elements = isPart ? this.#tail : a.lanes;
    a.add(DISTANCE, elements * FLOAT);
    for (const [input, register] of this.#inputs) if (!this.#isWhole(input) && this.#program.inputs[input]!.at(-1) === 1) a.add(register, elements * FLOAT);
  }

  #places(isPart: boolean): Places {
    const a = this.#a;
    const address = (input: number): Memory => (this.#isWhole(input) ? { base: this.#inputs.get(input)!, index: DISTANCE } : at(this.#inputs.get(input)!));
    return {
      asMemory: (input) => {
        if (this.#uniform.includes(input)) return this.#slot(this.#uniform.indexOf(input));
        return isPart || this.#program.inputs[input]!.at(-1) !== 1 ? undefined : address(input);
      },
      load: (to, input) => {
        if (this.#uniform.includes(input)) a.load(to, this.#slot(this.#uniform.indexOf(input)));
        else if (this.#program.inputs[input]!.at(-1) !== 1) a.broadcast(to, address(input));
        else if (isPart) a.loadPart(to, address(input), this.#mask);
        else a.load(to, address(input));
      },
      store: (output, from) => {
        const to: Memory = { base: this.#outputs[output]!, index: DISTANCE };
        if (isPart) a.storePart(to, from, this.#mask);
        else a.store(to, from);
      },
      constant: (bits) => {
        if (!this.#numbers.includes(bits)) this.#numbers.push(bits);
        return this.#slot(this.#uniform.length + this.#numbers.indexOf(bits));
      },
    };
  }
}

