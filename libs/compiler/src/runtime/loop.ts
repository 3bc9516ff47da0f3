import { copy, dispose, leaves, unflatten, type Loop, type StepFn, type TensorTree } from '@entropic-lab/tensor';
import { keep } from '@tensorflow/tfjs-core';
import { LabError } from '@entropic-lab/protocol';
import { invalid } from '../errors.ts';
import { sizeOf } from '../graph/graph.ts';
import { trace, type AnyFunction, type Trace } from '../trace/trace.ts';
import type { Compiled } from './cache.ts';
import { Captured } from './captured.ts';
import { draw, signature } from './jit.ts';
import type { LoopModel } from './loop-model.ts';
import { Pace } from './pace.ts';
import type { Feeds, Model, Output } from './open-session.ts';
import { State } from './state.ts';
import { Turns } from './turns.ts';
import { fromEngine, joined, toEngine, toTensor, valuesOf, type Values } from './tensors.ts';

interface Variant {
  readonly traced: Trace;
  readonly model: LoopModel & Model;
  /** Leaves of the state. */
  readonly stateCount: number;
  /** Leaves of x, and values drawn on the host. */
  readonly perStep: number;
  readonly captured: Captured;
}

interface LoopOptions<S extends TensorTree, X extends TensorTree, Y extends TensorTree> {
  readonly step: StepFn<S, X, Y>;
  readonly initial: S;
  readonly name: string;
}

/** A loop whose state stays, as the engine stores it, from call to call; each call takes many steps. */
export class CompiledLoop<S extends TensorTree, X extends TensorTree, Y extends TensorTree> implements Loop<S, X, Y> {
  readonly #compiled: Compiled;
  readonly #options: LoopOptions<S, X, Y>;
  readonly #variants = new Map<string, Variant>();
  #pace = new Pace();
  readonly #turns = new Turns();
  #initial: S | undefined;
  #state: Promise<State<S>> | undefined;
  #disposed = false;

  constructor(compiled: Compiled, options: LoopOptions<S, X, Y>) {
    this.#compiled = compiled;
    this.#options = options;
    this.#initial = copy(options.initial);
    leaves(this.#initial).forEach((leaf) => keep(leaf));
  }

  readonly traced = true;

  get stepsPerCall(): number {
    return this.#pace.steps;
  }

  /** Calls made while one is under way wait for it, in the order they were made. */
  run(xs: readonly X[]): Promise<Y[]> {
    return this.#turns.take(() => this.#run(xs));
  }

  read(): Promise<S> {
    return this.#turns.take(async () => await (await this.#current()).read());
  }

  write(state: S): Promise<void> {
    return this.#turns.take(() => this.#write(state));
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    if (this.#initial !== undefined) dispose(this.#initial);
    this.#initial = undefined;
    // A call under way still reads what lies on a card.
    const release = async (): Promise<void> => {
      this.#variants.forEach(({ captured }) => captured[Symbol.dispose]());
      this.#variants.clear();
      const state = this.#state;
      this.#state = undefined;
      (await state?.catch(() => undefined))?.[Symbol.dispose]();
    };
    void this.#turns.take(release);
  }

  /** Steps of equal types go in one call. All are compiled before the first is taken: one that cannot be leaves the state as it was. */
  async #run(xs: readonly X[]): Promise<Y[]> {
    for (const x of xs) await this.#variant(x);
    const ys: Y[] = [];
    for (let at = 0; at < xs.length; ) {
      const key = signature([xs[at]!]);
      let end = at + 1;
      while (end < xs.length && signature([xs[end]!]) === key) end++;
      ys.push(...(await this.#call(await this.#variant(xs[at]!), xs.slice(at, end))));
      at = end;
    }
    return ys;
  }

  async #write(state: S): Promise<void> {
    const current = await this.#current();
    const [expected, got] = [signature([current.example()]), signature([state])];
    if (expected !== got) throw invalid(`state of types ${expected}`, got, 'state', 'Start another loop for another state');
    await current.write(state);
  }

  async #current(): Promise<State<S>> {
    if (this.#disposed) throw new LabError('INVALID_INPUT', `[compiler] expected an open loop, got one that was disposed of ('${this.#options.name}'). Start another.`);
    return (this.#state ??= this.#begin());
  }

  /** Takes the initial values over. From then on their tensors only tell the state's form and types. */
  async #begin(): Promise<State<S>> {
    const initial = this.#initial!;
    this.#initial = undefined;
    if (await this.#compiled.copiesState()) this.#pace = new Pace(leaves(initial).reduce((bytes, { size }) => bytes + 4 * size, 0));
    try {
      return await State.from(initial, this.#compiled.transfers);
    } finally {
      dispose(initial);
    }
  }

  /** The step compiled for the types of `x`; later types share the state with earlier ones. */
  async #variant(x: X): Promise<Variant> {
    const key = signature([x]);
    const known = this.#variants.get(key);
    if (known !== undefined) return known;
    const { step, name } = this.#options;
    const state = await this.#current();
    const traced = trace(((s: S, input: X) => split(step(s, input), name)) as unknown as AnyFunction, [state.example(), x], name);
    const stateCount = leaves(state.example()).length;
    const perStep = traced.argumentCount - stateCount + traced.hosts.length;
    checkState(traced, stateCount, name);
    const model = await this.#compiled.loop(traced, { state: stateCount, perStep }, name);
    await this.#compiled.sessions.open(model);
    const variant = { traced, stateCount, perStep, model, captured: new Captured(this.#compiled.transfers) };
    this.#variants.set(key, variant);
    return variant;
  }

  async #call(variant: Variant, xs: readonly X[]): Promise<Y[]> {
    const { traced, model } = variant;
    const fixed = await fixedFeeds(variant);
    await this.#compiled.sessions.open(model);
    const started = performance.now();
    const ys: Y[] = [];
    for (const group of model.many ? [xs] : xs.map((x) => [x])) {
      const results = await this.#step(variant, { ...(await stepFeeds(variant, group)), ...fixed }, group.length);
      ys.push(...group.map((_, k) => resultOf<Y>(traced, model, results, k)));
    }
    this.#pace.took(performance.now() - started, xs.length);
    return ys;
  }

  /** One call of the engine: takes the new state over, and returns what the steps yield. */
  async #step({ model }: Variant, feeds: Feeds, steps: number): Promise<Values[]> {
    const state = await this.#current();
    const tensors = await state.as(model.slots);
    const fetched = await this.#compiled.sessions.run(model, { ...Object.fromEntries(model.slots.map(({ input }, i) => [input, tensors[i]!])), ...feeds }, outputsOf(model, steps));
    state.take(model.slots.map(({ output }) => (output === undefined ? undefined : fetched[output]!)));
    return model.results.map(({ name }) => fromEngine(fetched[name]!));
  }
}

/** A step's result with the state first: leaves are counted in that order. */
function split(result: { readonly state: TensorTree; readonly y: TensorTree }, name: string): TensorTree {
  if (result?.state === undefined || result.y === undefined) throw invalid('{ state, y }', String(result), 'step', `Return both from '${name}'; y may be {}`);
  return [result.state, result.y];
}

function checkState({ graph }: Trace, count: number, name: string): void {
  const types = (values: readonly { readonly dtype: string; readonly shape: readonly number[] }[]) => values.slice(0, count).map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join();
  const [before, after] = [types(graph.inputs), types(graph.outputs)];
  if (before !== after) throw invalid(`a state of the same types after a step (${before})`, after, 'step', `Cast or reshape the state that '${name}' returns`);
}

function outputsOf({ slots, results, many }: LoopModel, steps: number): Output[] {
  const state = slots.flatMap(({ output, dtype, stored }) => (output === undefined ? [] : [{ name: output, dtype, dims: stored, stays: true }]));
  return [...state, ...results.map(({ name, dtype, shape }) => ({ name, dtype, dims: many ? [steps, ...shape] : shape, stays: false }))];
}

async function stepFeeds({ traced, model, stateCount }: Variant, xs: readonly TensorTree[]): Promise<Feeds> {
  const leafCount = traced.argumentCount - stateCount;
  const given = await Promise.all(xs.map((x) => Promise.all(leaves(x).map(valuesOf))));
  const drawn: Values[][] = xs.map(() => traced.hosts.map((host) => draw(host).slice()));
  const types = traced.graph.inputs.slice(stateCount, stateCount + leafCount + traced.hosts.length);
  const feeds = types.map(({ dtype, shape }, j) => {
    const parts = xs.map((_, k) => (j < leafCount ? given[k]![j]! : drawn[k]![j - leafCount]!));
    return [`step${j}`, toEngine(joined(parts, dtype), dtype, model.many ? [xs.length, ...shape] : shape)] as const;
  });
  const counter = model.needsCounter ? { steps: toEngine(new Float32Array(xs.length), 'float32', [xs.length]) } : {};
  return { ...Object.fromEntries(feeds), ...counter };
}

async function fixedFeeds({ traced, model, stateCount, perStep, captured }: Variant): Promise<Feeds> {
  const tensors = await captured.feeds(traced.captured, traced.graph.inputs.slice(stateCount + perStep), model.name);
  return Object.fromEntries(tensors.map((tensor, l) => [`fixed${l}`, tensor]));
}

function resultOf<Y extends TensorTree>(traced: Trace, model: LoopModel, results: readonly Values[], k: number): Y {
  const [, form] = traced.resultForm as [TensorTree, Y];
  const tensors = model.results.map(({ shape, dtype }, i) => {
    const size = sizeOf(shape);
    return toTensor(results[i]!.slice(k * size, (k + 1) * size), dtype, shape);
  });
  return unflatten(form, tensors);
}
