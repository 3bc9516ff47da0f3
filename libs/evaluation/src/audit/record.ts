import { createHash } from 'node:crypto';
import { AuditLine, LabError, parse } from '@entropic-lab/protocol';
import { leaves } from '@entropic-lab/tensor';
import { z } from 'zod';
import type { AuditJob } from './line.ts';

/** A line, and the places of the examples it broke, in order. */
export const CompletedLine = z.strictObject({ line: AuditLine, found: z.array(z.int().min(0)) });
export type CompletedLine = z.infer<typeof CompletedLine>;

/** The lines of an audit so far, as JSON: what another attempt goes on from. */
export const AuditRecord = z.strictObject({
  format: z.literal(1),
  /** SHA-256 of all that determines the evidence. */
  of: z.string(),
  lines: z.array(CompletedLine),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** @throws LabError INVALID_INPUT where it is not the record of an audit. */
export function parseRecord(bytes: Uint8Array): AuditRecord {
  try {
    return parse(AuditRecord, JSON.parse(new TextDecoder().decode(bytes)), 'audit record');
  } catch (thrown) {
    throw new LabError('INVALID_INPUT', `[audit] expected the record of an audit, got ${LabError.from(thrown).message} (record). Begin without it.`, { path: 'record', cause: thrown });
  }
}

/** What an audit is of: weights, images, threat model, battery, seed, attacks, original and surrogate images. */
export async function fingerprint(job: AuditJob, plugins: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const { threat, battery, seed, examples, limits } = job;
  hash.update(JSON.stringify({ threat, battery, seed, limits: { ...limits, seconds: undefined }, shape: examples.inputShape }));
  for (const name of plugins) hash.update(`${name} ${job.attackNamed(name)?.hash ?? 'missing'}\n`);
  hash.update(bytesOf(examples.pixels)).update(bytesOf(examples.labels));
  if (job.surrogateImages !== undefined) hash.update(bytesOf(job.surrogateImages.pixels));
  for (const network of [job.network, job.original]) {
    for (const weights of network === undefined ? [] : leaves(network.params)) hash.update(bytesOf((await weights.data()) as Float32Array));
  }
  return hash.digest('hex');
}

function bytesOf(values: Uint8Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** @throws LabError INVALID_INPUT where the record is of another audit. */
export function checkRecord(record: AuditRecord | undefined, of: string): void {
  if (record === undefined || record.of === of) return;
  throw new LabError('INVALID_INPUT', '[audit] expected the record of the same audit, got one of other weights, images, options or plugins (record). Begin without it.', { path: 'record' });
}
