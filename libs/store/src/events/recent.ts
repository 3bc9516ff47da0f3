import type { RunEvent } from '@entropic-lab/protocol';
import type { EventPage } from './page.ts';

/** A page, and how fresh it is. */
export interface Reading extends EventPage {
  /** Version of the run's topic at which the rows were read: what came later was not there yet. */
  readonly asOf: number;
}

/** The place of one reader of a run. */
export interface Entry extends Disposable {
  /** Reads the rows behind a cursor, or hands out at once what others just read. The version is the topic's as the reader knows it. */
  readonly read: (after: number, version: number) => Reading | Promise<Reading>;
}

/** Of each run that has readers, at most so much is kept: what those need that keep up. */
const kept = { events: 64, bytes: 2 ** 20 } as const;

/** The last events of a run, without gaps up to the place `upTo`, behind which nothing was recorded as of a version. */
interface Latest {
  readonly events: readonly { readonly event: RunEvent; readonly bytes: number }[];
  readonly upTo: number;
  readonly asOf: number;
}

interface Followed {
  readers: number;
  latest: Latest | undefined;
  readonly running: Map<string, Promise<Reading>>;
}

/**
 * Lets the readers of a run share queries and events. Who keeps up costs none of his own: one query a wake serves all, and
 * who comes a moment later finds the events in memory. Who lags behind reads rows at his own pace. All get the same
 * objects, so that what is made of an event can be made once.
 */
export class Recent {
  readonly #read: (runId: string, after: number) => Promise<EventPage>;
  readonly #runs = new Map<string, Followed>();

  constructor(read: (runId: string, after: number) => Promise<EventPage>) {
    this.#read = read;
  }

  /** A reader comes; what is kept of the run is dropped when the last has left. */
  enter(runId: string): Entry {
    const run = this.#runs.get(runId) ?? { readers: 0, latest: undefined, running: new Map<string, Promise<Reading>>() };
    this.#runs.set(runId, run);
    run.readers += 1;
    const leave = () => {
      run.readers -= 1;
      if (run.readers === 0) this.#runs.delete(runId);
    };
    return { read: (after, version) => this.#behind(runId, run, { after, version }), [Symbol.dispose]: leave };
  }

  #behind(runId: string, run: Followed, { after, version }: { readonly after: number; readonly version: number }): Reading | Promise<Reading> {
    const known = run.latest === undefined ? undefined : servedBy(run.latest, after, version);
    if (known !== undefined) return known;
    // Who has heard of an event never shares a query that began before it.
    const key = `${after} ${version}`;
    const shared = run.running.get(key);
    if (shared !== undefined) return shared;
    const reading = this.#read(runId, after)
      .then((page) => {
        run.latest = joined(run.latest, page, { after, version });
        return { ...page, asOf: version };
      })
      .finally(() => run.running.delete(key));
    run.running.set(key, reading);
    return reading;
  }
}

function servedBy({ events, upTo, asOf }: Latest, after: number, version: number): Reading | undefined {
  const first = events[0]?.event.seq ?? upTo + 1;
  if (after < first - 1 || after > upTo || (after === upTo && asOf < version)) return undefined;
  return { events: events.slice(after + 1 - first).map(({ event }) => event), bytes: 0, whole: true, ended: false, asOf };
}

/** What is known once a page is read. Pages from the past change nothing; at its end a run is read anew by everybody, for it may go on. */
function joined(latest: Latest | undefined, page: EventPage, { after, version }: { readonly after: number; readonly version: number }): Latest | undefined {
  const upTo = page.events.at(-1)?.seq ?? after;
  if (page.ended || page.events.at(-1)?.body.type === 'finished') return undefined;
  // An empty page says that nothing is behind the cursor, not that the run has come so far.
  const news = latest === undefined || page.events.length > 0 || upTo === latest.upTo;
  if (!page.whole || !news || version < (latest?.asOf ?? version)) return latest;
  const size = page.events.length === 0 ? 0 : page.bytes / page.events.length;
  const fresh = page.events.map((event) => ({ event, bytes: size }));
  const before = latest === undefined || latest.upTo < after ? [] : latest.events.filter(({ event }) => event.seq <= after);
  return { events: trimmed([...before, ...fresh]), upTo, asOf: version };
}

function trimmed(events: Latest['events']): Latest['events'] {
  let bytes = 0;
  const from = events.findLastIndex((entry) => (bytes += entry.bytes) > kept.bytes);
  return events.slice(Math.max(from + 1, events.length - kept.events));
}
