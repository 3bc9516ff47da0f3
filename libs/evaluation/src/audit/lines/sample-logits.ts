import { dispose } from '@entropic-lab/tensor';
import { logitsOf, tensorBatches } from '../../predict.ts';
import type { LineContext } from '../line.ts';

/** Logits of the sample on the clean images, row by row. */
export async function sampleLogits({ job, sample }: LineContext): Promise<Float32Array[]> {
  const logits = logitsOf(job.network, job.runner);
  const rows: Float32Array[] = [];
  const { classes } = job.network;
  for await (const { images, size } of tensorBatches(job, sample)) {
    const output = await logits(images);
    const values = (await output.data()) as Float32Array;
    dispose(output);
    for (let row = 0; row < size; row++) rows.push(values.slice(row * classes, (row + 1) * classes));
  }
  return rows;
}
