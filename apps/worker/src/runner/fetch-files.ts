import { copyDataset, fetchDataset } from '@entropic-lab/datasets';
import type { Said } from './execute.ts';

const leastMsBetween = 250;

/** Downloads and unpacks a dataset, or takes its files from a folder, telling how far it is, and where the files are. @throws as `fetchDataset` and `copyDataset`. */
export async function* fetchFiles({ dataset, folder, from }: { dataset: string; folder?: string | undefined; from?: string | undefined }, signal: AbortSignal): AsyncGenerator<Said, void, undefined> {
  if (from !== undefined) {
    const copied = await copyDataset(dataset, { from, folder });
    const message = `${dataset} is in ${copied.folder}: ${copied.trainExamples} training and ${copied.testExamples} test images`;
    return yield { body: { type: 'log', level: 'info', message }, files: [] };
  }
  const fetching = fetchDataset(dataset, { folder, signal });
  const started = performance.now();
  let first: number | undefined;
  let told = Number.NEGATIVE_INFINITY;
  for (;;) {
    const step = await fetching.next();
    if (step.done === true) return yield { body: { type: 'log', level: 'info', message: `${dataset} is in ${step.value}` }, files: [] };
    const { done, total } = step.value;
    const now = performance.now();
    const had = (first ??= done);
    if (now - told < leastMsBetween) continue;
    told = now;
    const rate = (1000 * (done - had)) / (now - started);
    const remainingSeconds = rate > 0 && total !== undefined ? (total - done) / rate : null;
    yield { body: { type: 'progress', phase: 'prepare', label: `fetching ${dataset}`, done, total: total ?? done, unit: 'bytes', rate, remainingSeconds }, files: [] };
  }
}
