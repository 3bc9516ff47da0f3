import { isDeepStrictEqual } from 'node:util';
import type { RunEvent, RunEventType } from '@entropic-lab/protocol';
import type { Told } from './scenario.ts';

const clocks = new Set(['seconds', 'trainSeconds', 'evaluationSeconds']);

/** What is wrong with a run that met faults, in words; nothing where it ended as the one that was left alone. */
export function wrongWith({ events, replayed }: Told, left: Told): string[] {
  const said = (type: RunEventType) => events.filter(({ body }) => body.type === type);
  const last = events.at(-1)?.body;
  const checks: readonly [string, boolean][] = [
    ['events are numbered from 1 without gap or double', events.every(({ seq }, at) => seq === at + 1)],
    ['who was there saw what is recorded', isDeepStrictEqual(events, replayed)],
    ['no attempt wrote after a later one', events.every(({ attempt }, at) => attempt >= (events[at - 1]?.attempt ?? 0))],
    ['an attempt had one worker', attemptsStarted(events).length === new Set(attemptsStarted(events)).size],
    [`it ended once, and last, and well, but for ${JSON.stringify(last)}`, said('finished').length === 1 && last?.type === 'finished' && last.status === 'succeeded'],
    ['every epoch is told once, in order', isDeepStrictEqual(epochs(events), epochs(left.events))],
    ['metrics are those of the run left alone', isDeepStrictEqual(measured(events), measured(left.events))],
    ['so are the final weights, to the bit', isDeepStrictEqual(weights(events), weights(left.events))],
  ];
  return checks.flatMap(([claim, holds]) => (holds ? [] : [claim]));
}

function epochs(events: readonly RunEvent[]): number[] {
  return events.flatMap(({ body }) => (body.type === 'epoch' ? [body.metrics.epoch] : []));
}

/** The attempt of each `started` event: a lease that two had would show twice. */
function attemptsStarted(events: readonly RunEvent[]): number[] {
  return events.flatMap(({ attempt, body }) => (body.type === 'started' ? [attempt] : []));
}

/** Everything measured, without what a clock says. */
function measured(events: readonly RunEvent[]): unknown[] {
  const timeless = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, inner: unknown) => (clocks.has(key) ? undefined : inner)));
  return events.flatMap(({ body }) => (body.type === 'epoch' ? [timeless(body.metrics)] : body.type === 'evaluated' ? [timeless(body.evaluation)] : []));
}

function weights(events: readonly RunEvent[]): string[] {
  return events.flatMap(({ body }) => (body.type === 'artifact' ? [body.artifact.sha256] : []));
}

/** What befell a run, in one line. */
export function outline({ runId, events }: Told): string {
  const reasons = events.flatMap(({ body }) => (body.type === 'requeued' ? [body.reason.code] : []));
  const last = events.at(-1)?.body;
  const failed = last?.type === 'finished' && last.status !== 'succeeded' ? `, ${last.status}: ${last.error?.message ?? 'without a word'}` : '';
  return `${runId}: ${events.length} events, ${events.at(-1)?.attempt ?? 0} attempts${reasons.length === 0 ? '' : `, again because of ${reasons.join(', ')}`}${failed}`;
}
