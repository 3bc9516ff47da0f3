import { LabError } from '@entropic-lab/protocol';
import { dispose, eagerRunner, type Loop, type StepFn, type TensorTree } from '@entropic-lab/tensor';
import { Turns } from './turns.ts';

export function isUntraceable(thrown: unknown): thrown is LabError {
  return thrown instanceof LabError && thrown.code === 'UNTRACEABLE';
}

/** A compiled loop until it turns out that its step cannot be compiled; then an eager one with the same state. */
export class FallbackLoop<S extends TensorTree, X extends TensorTree, Y extends TensorTree> implements Loop<S, X, Y> {
  #loop: Loop<S, X, Y>;
  #fellBack = false;
  readonly #step: StepFn<S, X, Y>;
  readonly #tell: (reason: string) => void;
  readonly #turns = new Turns();

  constructor(loop: Loop<S, X, Y>, step: StepFn<S, X, Y>, tell: (reason: string) => void = () => {}) {
    this.#loop = loop;
    this.#step = step;
    this.#tell = tell;
  }

  get traced(): boolean {
    return this.#loop.traced;
  }

  get stepsPerCall(): number {
    return this.#loop.stepsPerCall;
  }

  run(xs: readonly X[]): Promise<Y[]> {
    return this.#turns.take(() => this.#run(xs));
  }

  read(): Promise<S> {
    return this.#turns.take(() => this.#loop.read());
  }

  write(state: S): Promise<void> {
    return this.#turns.take(() => this.#loop.write(state));
  }

  [Symbol.dispose](): void {
    this.#loop[Symbol.dispose]();
  }

  async #run(xs: readonly X[]): Promise<Y[]> {
    try {
      return await this.#loop.run(xs);
    } catch (thrown) {
      if (!isUntraceable(thrown) || this.#fellBack) throw thrown;
      this.#tell(thrown.message);
      await this.#fallBack();
      return this.#loop.run(xs);
    }
  }

  async #fallBack(): Promise<void> {
    const state = await this.#loop.read();
    this.#loop[Symbol.dispose]();
    this.#loop = eagerRunner().loop(this.#step, state);
    dispose(state);
    this.#fellBack = true;
  }
}
