/** Why a queued run waits. */
export interface Waiting {
  /** `noWorker`: none in the pool. `noneOffers`: none there offers all it needs. `retryLater`: its time has not come. `studyFull`: its study has as many runs under way as it may. `inLine`: others are before it, or every worker is busy. */
  readonly reason: 'noWorker' | 'noneOffers' | 'retryLater' | 'studyFull' | 'inLine';
  /** The same in words, with what to do. */
  readonly message: string;
  /** What no worker offers, or the closest one lacks: `attack:pgd`. */
  readonly missing: readonly string[];
  /** Place in the line of its pool, from 1; null while its time has not come. */
  readonly position: number | null;
  readonly retryAt: Date | null;
  /** At most so many seconds until a worker is free for it, by what the running runs say; null where they do not say enough. */
  readonly expectedSeconds: number | null;
}

export interface WaitingRun {
  readonly pool: string;
  readonly needs: readonly string[];
  readonly notBefore: Date | null;
  readonly position: number | null;
  /** How many runs of its study may be under way at a time, where so many are; null: it has room, or no study. */
  readonly studyFull: number | null;
}

/** A worker that was heard of lately. */
export interface PresentWorker {
  readonly name: string;
  readonly pools: readonly string[];
  readonly offers: readonly string[];
  readonly slots: number;
  /** A number a run it holds: seconds to its end, null where unknown. */
  readonly remaining: readonly (number | null)[];
}

/** Why the run waits, found in the order in which it would have to be mended. */
export function explain(run: WaitingRun, workers: readonly PresentWorker[]): Waiting {
  const here = workers.filter(({ pools }) => pools.includes(run.pool));
  const told = { missing: [], position: run.position, retryAt: run.position === null ? run.notBefore : null, expectedSeconds: null };
  if (here.length === 0) {
    return { ...told, reason: 'noWorker', message: `No worker of pool ${run.pool} is there. Start one with --pools ${run.pool}.` };
  }
  const able = here.filter(({ offers }) => run.needs.every((need) => offers.includes(need)));
  if (able.length === 0) return { ...told, ...lacking(run, here), reason: 'noneOffers' };
  if (run.position === null) {
    return { ...told, reason: 'retryLater', message: `The run is tried again at ${run.notBefore!.toISOString()}. retryRun does it now.` };
  }
  if (run.studyFull !== null) {
    const runs = run.studyFull === 1 ? 'One run of its study is under way, and no more may be at a time' : `${run.studyFull} runs of its study are under way, as many as may be at a time`;
    return { ...told, reason: 'studyFull', message: `${runs}. It waits for one of them to end.` };
  }
  const expectedSeconds = expected(run.position, able);
  const soon = expectedSeconds === 0 ? ', a worker is free' : expectedSeconds === null ? '' : `, at most ${Math.ceil(expectedSeconds)} s to go`;
  return { ...told, expectedSeconds, reason: 'inLine', message: `Number ${run.position} in line of pool ${run.pool}${soon}.` };
}

function lacking({ pool, needs }: WaitingRun, here: readonly PresentWorker[]): Pick<Waiting, 'missing' | 'message'> {
  const nowhere = needs.filter((need) => here.every(({ offers }) => !offers.includes(need)));
  if (nowhere.length > 0) {
    return { missing: nowhere, message: `No worker of pool ${pool} offers ${inWords(nowhere)}. Install it at one, or choose another pool.` };
  }
  const lacks = here.map(({ name, offers }) => ({ name, missing: needs.filter((need) => !offers.includes(need)) }));
  const closest = lacks.reduce((best, next) => (next.missing.length < best.missing.length ? next : best));
  return {
    missing: closest.missing,
    message: `No single worker of pool ${pool} offers all that the run needs: the closest, ${closest.name}, lacks ${inWords(closest.missing)}. Install it there.`,
  };
}

function inWords(needs: readonly string[]): string {
  return needs.map((need) => need.replace(':', ' ')).join(', ');
}

/** Whoever is before it may need other workers, or end early: so this is a bound, not a forecast. */
function expected(position: number, able: readonly PresentWorker[]): number | null {
  const free = able.reduce((sum, { slots, remaining }) => sum + Math.max(0, slots - remaining.length), 0);
  if (position <= free) return 0;
  const ends = able.flatMap(({ remaining }) => remaining).filter((seconds) => seconds !== null).sort((a, b) => a - b);
  return ends[position - free - 1] ?? null;
}
