import type { RunEvent } from '@entropic-lab/protocol';
import type { Waiter } from '../wakes.ts';
import type { Entry, Reading } from './recent.ts';

/** What a reader holds of the run as long as it reads. */
export interface Place {
  readonly waiter: Waiter;
  readonly run: Entry;
}

export interface ReaderOptions {
  readonly after: number;
  readonly signal?: AbortSignal | undefined;
}

interface Question {
  readonly answer: Promise<IteratorResult<RunEvent, void>>;
  readonly tell: (result: IteratorResult<RunEvent, void>) => void;
  readonly fail: (thrown: unknown) => void;
}

const done = { done: true, value: undefined } as const;

/**
 * One reader of a run. An async generator in all but the way it is made: of those, each step takes some ten turns of the
 * queue of promises and its wait an abort listener, and a thousand readers take ten thousand steps a second. Here a step
 * takes one promise, and `return()` ends it at once, even while it waits.
 */
export class Reader implements AsyncGenerator<RunEvent, void, void> {
  readonly #enter: () => Place;
  readonly #signal: AbortSignal | undefined;
  #place: Place | undefined;
  #cursor: number;
  #page: Reading | undefined;
  /** Events of the page that were told. */
  #told = 0;
  #over = false;
  #asked: Question | undefined;

  constructor(enter: () => Place, { after, signal }: ReaderOptions) {
    this.#enter = enter;
    this.#cursor = after;
    this.#signal = signal;
  }

  next(): Promise<IteratorResult<RunEvent, void>> {
    // Who asks again before the answer came gets the one behind it.
    if (this.#asked !== undefined) return this.#asked.answer.then(this.#again, this.#again);
    this.#begin();
    const event = this.#over ? done : this.#take();
    return event === undefined ? this.#ask() : Promise.resolve(event);
  }

  readonly #again = (): Promise<IteratorResult<RunEvent, void>> => this.next();

  return(): Promise<IteratorResult<RunEvent, void>> {
    this.#end();
    return Promise.resolve(done);
  }

  throw(thrown: unknown): Promise<IteratorResult<RunEvent, void>> {
    this.#end();
    return Promise.reject(thrown as Error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #begin(): void {
    if (this.#place !== undefined || this.#over) return;
    if (this.#signal?.aborted === true) return this.#end();
    this.#place = this.#enter();
    this.#signal?.addEventListener('abort', this.#end, { once: true });
  }

  #take(): IteratorResult<RunEvent, void> | undefined {
    const value = this.#page?.events[this.#told];
    if (value === undefined) return undefined;
    this.#told += 1;
    this.#cursor = value.seq;
    return { done: false, value };
  }

  #ask(): Promise<IteratorResult<RunEvent, void>> {
    let settle: Pick<Question, 'tell' | 'fail'>;
    const answer = new Promise<IteratorResult<RunEvent, void>>((tell, fail) => (settle = { tell, fail }));
    this.#asked = { answer, ...settle! };
    this.#advance();
    return answer;
  }

  /** All of the page was told, and somebody asks for more. */
  readonly #advance = (): void => {
    if (this.#over) return;
    const { waiter, run } = this.#place!;
    if (waiter.over() || this.#page?.ended === true) return this.#end();
    const version = waiter.version();
    if (this.#page?.whole === true && version <= this.#page.asOf) return waiter.once(this.#page.asOf, this.#advance);
    const reading = run.read(this.#cursor, version);
    if (reading instanceof Promise) reading.then(this.#turn, this.#fail);
    else this.#turn(reading);
  };

  readonly #turn = (page: Reading): void => {
    if (this.#over) return;
    this.#page = page;
    this.#told = 0;
    const event = this.#take();
    if (event === undefined) this.#advance();
    else this.#answer()!.tell(event);
  };

  readonly #fail = (thrown: unknown): void => {
    const asked = this.#answer();
    this.#end();
    asked?.fail(thrown);
  };

  #answer(): Question | undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    return asked;
  }

  /** Leaves the run; who waits for an answer is told that there is no more. */
  readonly #end = (): void => {
    if (this.#over) return;
    this.#over = true;
    this.#page = undefined;
    this.#signal?.removeEventListener('abort', this.#end);
    this.#place?.waiter[Symbol.dispose]();
    this.#place?.run[Symbol.dispose]();
    this.#answer()?.tell(done);
  };
}
