import { LabError } from '@entropic-lab/protocol';
import { inWords } from './database/away.ts';

/** Counts what is under way, so that the database is closed under nobody. */
export class Busy {
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  /** @throws LabError NOT_READY once closed, and when the database is away. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new LabError('NOT_READY', '[store] expected an open store, got one that is closed or closing. Ask again when it is open.');
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } catch (thrown) {
      throw inWords(thrown);
    } finally {
      this.#running.delete(running);
    }
  }

  /** Lets nothing begin any more, and resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
  }
}
