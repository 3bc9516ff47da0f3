import type { Claim as Granted, Client } from '@entropic-lab/client';
import { LabError, type WorkerSpec } from '@entropic-lab/protocol';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Equipment, FromRunner } from '../ipc.ts';
import { CancelRequests } from './cancel-requests.ts';
import { completeClaim, type Claim } from './claim.ts';
import { watchLease } from './lease-watch.ts';
import { alreadyReported, epochsReported } from './reported.ts';
import { RunnerProcess } from './runner-process.ts';
import { sendOff, type SendOff } from './send-off.ts';
import { Journal, type Ending } from './spool/journal.ts';
import type { AttemptFolder, Spool } from './spool/spool.ts';

/** What a runner gets, and what is expected of it. */
export interface RunnerLimits {
  /** Least age of the last checkpoint at which an epoch takes another. */
  readonly checkpointSeconds: number;
  /** A runner without a sign of life for so long is ended. */
  readonly silenceSeconds: number;
  /** Limit of a runner's JavaScript heap in MB. Default: Node's. */
  readonly heapMb?: number | undefined;
  /** Undelivered events of a run, in MB, above which its runner pauses. */
  readonly spoolMb: number;
}

export interface Supervision extends RunnerLimits {
  readonly client: Client;
  readonly worker: WorkerSpec;
  readonly equipment: Equipment;
  readonly spool: Spool;
  readonly log: Logger;
  /** Aborted when the worker stops: the run is given back. */
  readonly stop: AbortSignal;
}

/** A worker that stops tells the lab what it can for so long; the rest stays in the spool. */
const partingMs = 10_000;

/**
 * Computes one claimed run in a runner process: fetches its files, passes its events on, keeps its lease, ends it.
 * Resolves when the server knows the result, which it returns; and when the lease is lost, or when the worker stops and
 * the lab is away.
 */
export async function superviseRun(granted: Granted, supervision: Supervision): Promise<Ending | undefined> {
  const { client, log, spool, stop } = supervision;
  const { runId, attempt } = granted.lease;
  const folder = await spool.attempt({ url: client.url, runId, attempt, nextSeq: granted.nextSeq });
  await using journal = await Journal.create(folder.path);
  await using runner = new RunnerProcess((line) => log.info({ runId }, line), supervision);
  const over = new AbortController();
  const part = (): void => void setTimeout(() => over.abort(), partingMs).unref();
  stop.addEventListener('abort', part, { once: true });
  const maxBytes = supervision.spoolMb * 2 ** 20;
  const onFull = (): void => {
    log.warn({ runId }, `the spool holds ${supervision.spoolMb} MB of this run, which pauses until the lab has taken some`);
    runner.send({ type: 'pause' });
  };
  const way = sendOff({ client, log, runId, attempt, nextSeq: granted.nextSeq, journal, over: over.signal, maxBytes, onFull, onRoom: () => runner.send({ type: 'goOn' }) });
  const requests = new CancelRequests(runner);
  using _watch = watchLease(granted, supervision, {
    onCancel: () => requests.cancel(new LabError('CANCELLED', '[lab] cancelled on request')),
    onLost: (error) => requests.abandon(error),
  });
  try {
    const ending = await compute(granted, { ...supervision, folder, way, runner, requests });
    await way.finish(ending);
    await folder.remove();
    return ending;
  } catch (error) {
    if (over.signal.aborted) {
      log.warn({ runId }, `the lab is away: what it does not have of the run stays in ${folder.path}`);
      return undefined;
    }
    await folder.remove();
    if (!(error instanceof LabError) || error.code !== 'LEASE_LOST') throw error;
    log.warn({ runId }, `run given up: ${error.message}`);
    return undefined;
  } finally {
    stop.removeEventListener('abort', part);
    over.abort();
  }
}

interface Computation extends Supervision {
  readonly folder: AttemptFolder;
  readonly way: SendOff;
  readonly runner: RunnerProcess;
  readonly requests: CancelRequests;
}

/** Runs the runner to its end. @throws LabError LEASE_LOST; every other failure is an ending. */
async function compute(granted: Granted, computation: Computation): Promise<Ending> {
  const { client, runner, requests, equipment, folder, worker, stop, way } = computation;
  const onStop = (): void => requests.giveBack(new LabError('LEASE_LOST', '[worker] gave the run back because it was stopped. Another worker goes on from the last checkpoint.'));
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    way.outbox.push({ type: 'started', workerId: worker.id, engine: worker.engine, device: worker.device });
    const claim = await way.patiently(() => completeClaim(client, granted));
    const files = await fetchFiles(claim, computation);
    const { run } = claim;
    runner.send({ type: 'run', job: { runId: run.id, spec: run.spec, equipment, folder: folder.path, reportedEpochs: epochsReported(run), checkpointSeconds: computation.checkpointSeconds, ...files } });
    for await (const message of runner.messages(computation.silenceSeconds)) {
      const ending = await handle(message, run, way);
      if (ending !== undefined) return requests.judge(ending);
    }
    throw new LabError('INTERNAL', '[worker] the runner stopped talking without an ending');
  } catch (error) {
    return requests.judge({ status: 'failed', error: LabError.from(error).toJSON() });
  } finally {
    stop.removeEventListener('abort', onStop);
    await runner.kill();
  }
}

async function handle(message: FromRunner, run: Granted['run'], { outbox }: SendOff): Promise<Ending | undefined> {
  if (message.type === 'ended') return { status: message.status, error: message.error };
  if (message.type !== 'event' || alreadyReported(run, message.body)) return undefined;
  for (const { path } of message.files) await sync(path);
  outbox.push(message.body, message.files);
  return undefined;
}

/** An event on disk whose file is not would name bytes that nobody has. */
async function sync(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.datasync();
}

async function fetchFiles(claim: Claim, { client, folder, way }: Computation): Promise<{ weightsFile?: string; checkpointFile?: string; originalFile?: string; auditFile?: string }> {
  const fetchOne = async (sha256: string, name: string): Promise<string> => {
    const path = join(folder.path, name);
    await writeFile(path, await way.patiently(() => client.artifacts.download(sha256)));
    return path;
  };
  return {
    ...(claim.weights === undefined ? {} : { weightsFile: await fetchOne(claim.weights, 'start.safetensors') }),
    ...(claim.checkpoint === undefined ? {} : { checkpointFile: await fetchOne(claim.checkpoint, 'checkpoint.safetensors') }),
    ...(claim.original === undefined ? {} : { originalFile: await fetchOne(claim.original, 'original.safetensors') }),
    ...(claim.audit === undefined ? {} : { auditFile: await fetchOne(claim.audit, 'audit.json') }),
  };
}
