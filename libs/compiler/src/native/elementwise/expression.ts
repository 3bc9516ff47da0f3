import type { Assembler } from '../x64/assembler.ts';
import type { Memory, Vector } from '../x64/operands.ts';
import { formulas, maskFormulas, type Source } from './formulas.ts';
import type { Operand, Program } from './program.ts';

/** Where inputs are read and outputs written, a vector at a time, and where numbers lie that are the same for all. */
export interface Places {
  /** An input as a whole vector in memory; undefined where it has to be loaded otherwise. */
  asMemory(input: number): Memory | undefined;
  load(to: Vector, input: number): void;
  store(output: number, from: Vector): void;
  /** A vector in memory with these bits in all places. */
  constant(bits: number): Memory;
}

/** A program needs more registers than there are. */
export class TooFewRegisters extends Error {}

/** Writes a program's steps for one vector of elements. A value keeps its register until it is read for the last time. */
export class Expression {
  readonly #a: Assembler;
  readonly #program: Program;
  readonly #places: Places;
  readonly #free: Vector[];
  readonly #held = new Map<string, Vector>();
  readonly #reads = new Map<string, number>();

  constructor(a: Assembler, program: Program, { places, registers }: { places: Places; registers: number }) {
    this.#a = a;
    this.#program = program;
    this.#places = places;
    this.#free = Array.from({ length: registers }, (_, i) => registers - 1 - i);
    for (const operand of program.steps.flatMap((step) => step.operands)) this.#count(operand, 1);
    for (const step of program.outputs) this.#count({ step }, 1);
  }

  write(): void {
    this.#program.steps.forEach((step, index) => {
      const sources = step.operands.map((operand) => this.#source(operand, step.op));
      const to = this.#take();
      const temporaries: Vector[] = [];
      const scope = {
        a: this.#a,
        temporary: () => {
          temporaries.push(this.#take());
          return temporaries.at(-1)!;
        },
        constant: (value: number) => this.#places.constant(bitsOf(value)),
        integer: (value: number) => this.#places.constant(value),
      };
      (formulas[step.op] ?? maskFormulas[step.op])!(scope, to, sources, step.attributes);
      this.#free.push(...temporaries);
      for (const operand of step.operands) this.#read(operand);
      this.#held.set(keyOf({ step: index }), to);
      this.#program.outputs.forEach((output, place) => {
        if (output !== index) return;
        this.#places.store(place, to);
        this.#read({ step: index });
      });
    });
  }

  #source(operand: Operand, op: string): Source {
    if ('constant' in operand) return this.#places.constant(bitsOf(operand.constant));
    const held = this.#held.get(keyOf(operand));
    if (held !== undefined) return held;
    const input = (operand as { input: number }).input;
    const memory = this.#places.asMemory(input);
    // Read once, it is read where it lies; a formula that reads it twice would do so twice.
    if (memory !== undefined && this.#reads.get(keyOf(operand)) === 1 && SINGLE.has(op)) return memory;
    const register = this.#take();
    this.#places.load(register, input);
    this.#held.set(keyOf(operand), register);
    return register;
  }

  #read(operand: Operand): void {
    if ('constant' in operand) return;
    this.#count(operand, -1);
    if (this.#reads.get(keyOf(operand)) !== 0) return;
    const register = this.#held.get(keyOf(operand));
    if (register !== undefined) this.#free.push(register);
    this.#held.delete(keyOf(operand));
  }

  #count(operand: Operand, change: number): void {
    if ('constant' in operand) return;
    this.#reads.set(keyOf(operand), (this.#reads.get(keyOf(operand)) ?? 0) + change);
  }

  #take(): Vector {
    const register = this.#free.pop();
    if (register === undefined) throw new TooFewRegisters();
    return register;
  }
}

const SINGLE = new Set(['Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Max', 'Min']);

function keyOf(operand: Operand): string {
  return 'input' in operand ? `i${operand.input}` : `s${(operand as { step: number }).step}`;
}

function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}
