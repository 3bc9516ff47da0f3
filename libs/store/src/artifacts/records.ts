import { LabError, type ArtifactRef } from '@entropic-lab/protocol';
import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { Readable } from 'node:stream';
import type { Session } from '../session.ts';
import { artifacts, runArtifacts } from '../tables.ts';
import type { Announced, ArtifactFiles } from './files.ts';
import { lockContent } from './sweep.ts';

/** Bytes that are kept, ready to be read. */
export interface StoredArtifact {
  readonly sha256: string;
  readonly bytes: number;
  /** Where they lie on this machine; undefined where they lie elsewhere. */
  readonly path: string | undefined;
}

/** An artifact as a run names it. */
export interface RunArtifact extends ArtifactRef {
  readonly runId: string;
  /** The event that names it. */
  readonly seq: number;
}

/**
 * Keeps bytes. What is recorded already counts as new, for an event that names it is on its way.
 * @throws LabError BAD_ARTIFACT, DISK_FULL; NOT_READY where a sweep took them away meanwhile: send them again.
 */
export async function putArtifact({ database }: Session, files: ArtifactFiles, announced: Announced, content: Readable): Promise<StoredArtifact> {
  const { sha256 } = announced;
  const bytes = await files.put(announced, content);
  await database.transaction(async (tx) => {
    await lockContent(tx, sha256);
    if ((await files.sizeOf(sha256)) === undefined) throw sweptMeanwhile(sha256);
    await tx.insert(artifacts).values({ sha256, bytes }).onConflictDoUpdate({ target: artifacts.sha256, set: { createdAt: sql`now()` } });
  });
  return { sha256, bytes, path: files.pathOf(sha256) };
}

function sweptMeanwhile(sha256: string): LabError {
  return new LabError('NOT_READY', `[store] expected the bytes of ${sha256} to stay, got a sweep of old ones at this moment. Send them again.`);
}

/** @throws LabError UNKNOWN_ARTIFACT. */
export async function findArtifact(files: ArtifactFiles, sha256: string): Promise<StoredArtifact> {
  const bytes = await files.sizeOf(sha256);
  if (bytes !== undefined) return { sha256, bytes, path: files.pathOf(sha256) };
  throw new LabError('UNKNOWN_ARTIFACT', `[store] expected the hash of a stored artifact, got ${sha256}. The artifacts of a run are listed with it.`, { path: 'sha256' });
}

/** Artifacts of several runs in one query, by run, in the order of their events. */
export async function artifactsOfRuns({ database }: Session, runIds: readonly string[]): Promise<Map<string, RunArtifact[]>> {
  const found = new Map<string, RunArtifact[]>(runIds.map((id) => [id, []]));
  if (runIds.length === 0) return found;
  const columns = { runId: runArtifacts.runId, seq: runArtifacts.seq, kind: runArtifacts.kind, name: runArtifacts.name, sha256: runArtifacts.sha256, bytes: sql<number>`${artifacts.bytes}`.mapWith(Number) };
  const rows = await database
    .select(columns)
    .from(runArtifacts)
    .innerJoin(artifacts, eq(artifacts.sha256, runArtifacts.sha256))
    .where(inArray(runArtifacts.runId, [...runIds]))
    .orderBy(asc(runArtifacts.runId), asc(runArtifacts.seq));
  for (const row of rows) found.get(row.runId)!.push(row);
  return found;
}
