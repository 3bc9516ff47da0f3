import type { ArtifactRef, RunEvent, RunEventBody } from '@entropic-lab/protocol';
import { LabError } from '@entropic-lab/protocol';
import { inArray } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { toStorable } from '../storable.ts';
import { artifacts, runArtifacts, runEvents } from '../tables.ts';
import { notification, topics } from '../wakes.ts';

/** An event as a row. */
export interface NewEvent {
  readonly runId: string;
  readonly seq: number;
  readonly attempt: number;
  readonly time: Date;
  readonly body: RunEventBody;
}

/** Inserts events of one run, links the artifacts they name, and wakes the readers. The caller holds the lock on the run. */
export async function record(tx: Database, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({ ...event, type: event.body.type, bytes: Buffer.byteLength(toStorable(event.body)) }));
  // In one statement: reports are many, and each way to the database and back counts.
  await tx.insert(runEvents).values(rows).returning({ told: notification(topics.events(events[0]!.runId)) });
  await linkArtifacts(tx, events);
}

async function linkArtifacts(tx: Database, events: readonly NewEvent[]): Promise<void> {
  const links = events.flatMap(({ runId, seq, body }) => {
    const artifact = artifactIn(body);
    return artifact === undefined ? [] : [{ runId, seq, ...artifact }];
  });
  if (links.length === 0) return;
  await requireStored(tx, links);
  await tx.insert(runArtifacts).values(links);
}

function artifactIn(body: RunEventBody): ArtifactRef | undefined {
  if (body.type === 'artifact') return body.artifact;
  return body.type === 'epoch' ? body.checkpoint : undefined;
}

/** Holds on to their records until the event is recorded. A name for bytes that are not there would be noticed by whoever needs them, much later. */
async function requireStored(tx: Database, links: readonly ArtifactRef[]): Promise<void> {
  const stored = await tx.select().from(artifacts).where(inArray(artifacts.sha256, links.map(({ sha256 }) => sha256))).for('key share');
  const bytesOf = new Map(stored.map(({ sha256, bytes }) => [sha256, bytes]));
  for (const { sha256, name, bytes } of links) {
    const found = bytesOf.get(sha256);
    if (found === undefined) {
      throw new LabError('UNKNOWN_ARTIFACT', `[store] expected the bytes of artifact ${name} to be stored, got an event that names ${sha256}, which is not. Upload first, then report.`);
    }
    if (found !== bytes) {
      throw new LabError('BAD_ARTIFACT', `[store] expected artifact ${name} to have its stored size of ${found} bytes, got an event that says ${bytes}. Report the size that was uploaded.`);
    }
  }
}

export function eventOf(row: { runId: string; seq: number; attempt: number; time: Date; body: RunEventBody }): RunEvent {
  const { runId, seq, attempt, time, body } = row;
  return { runId, seq, attempt, time: time.toISOString(), body };
}
