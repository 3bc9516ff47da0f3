import type { Client } from '@entropic-lab/client';
import { LabError, type LabErrorRecord, type RunStatus, type WorkerSpec } from '@entropic-lab/protocol';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Equipment, FromRunner } from '../ipc.ts';
import type { Claim as Granted } from '@entropic-lab/client';
import { completeClaim, type Claim } from './claim.ts';
import { alreadyReported, epochsReported } from './reported.ts';
import { untilAnswered } from './delivery.ts';
import { watchLease } from './lease-watch.ts';
import { Outbox } from './outbox.ts';
import { RunnerProcess } from './runner-process.ts';

/** What a runner gets, and what is expected of it. */
export interface RunnerLimits {
  /** Least age of the last checkpoint at which an epoch takes another. */
  readonly checkpointSeconds: number;
  /** A runner without a sign of life for so long is ended. */
  readonly silenceSeconds: number;
  /** Limit of a runner's JavaScript heap in MB. Default: Node's. */
  readonly heapMb?: number | undefined;
}

export interface Supervision extends RunnerLimits {
  readonly client: Client;
  readonly worker: WorkerSpec;
  readonly equipment: Equipment;
  readonly log: Logger;
  /** Aborted when the worker stops: the run is cancelled. */
  readonly stop: AbortSignal;
}

interface Ending {
  readonly status: Extract<RunStatus, 'succeeded' | 'failed' | 'cancelled'>;
  readonly error?: LabErrorRecord | undefined;
}

/** After a request to cancel, a runner has so long to end by itself. */
const cancelGraceMs = 5_000;

/**
 * Computes one claimed run in a runner process: fetches its files, passes its events on, keeps its lease, ends it.
 * Resolves when the server knows the result, or when the lease is lost.
 */
export async function superviseRun(claim: Granted, supervision: Supervision): Promise<void> {
  const { client, log } = supervision;
  const folder = await mkdtemp(join(tmpdir(), 'entropic-run-'));
  const over = new AbortController();
  const patiently = <T>(send: () => Promise<T>): Promise<T> =>
    untilAnswered(send, over.signal, (error) => log.warn({ runId: claim.lease.runId }, `the lab does not answer, the run goes on: ${error.message}`));
  const outbox = new Outbox({
    runId: claim.lease.runId,
    attempt: claim.lease.attempt,
    nextSeq: claim.nextSeq,
    deliver: async (events) => void (await patiently(() => client.worker.report({ ...claim.lease, events }))),
  });
  try {
    const ending = await compute(claim, { ...supervision, folder, outbox, patiently });
    await outbox.flush();
    const time = new Date().toISOString();
    const { status } = await patiently(() => client.worker.finish({ ...claim.lease, seq: outbox.nextSeq, time, ...ending }));
    log.info({ runId: claim.lease.runId, ending: ending.status, status }, status === 'queued' ? 'attempt ended, the run waits for another' : 'run ended');
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'LEASE_LOST') throw error;
    log.warn({ runId: claim.lease.runId }, `run given up: ${error.message}`);
  } finally {
    over.abort();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Computation extends Supervision {
  readonly folder: string;
  readonly outbox: Outbox;
  readonly patiently: <T>(send: () => Promise<T>) => Promise<T>;
}

/** Runs the runner to its end. @throws LabError LEASE_LOST; every other failure is an ending. */
async function compute(granted: Granted, computation: Computation): Promise<Ending> {
  const { client, log, outbox, equipment, folder, worker, patiently } = computation;
  await using runner = new RunnerProcess((line) => log.info({ runId: granted.lease.runId }, line), computation);
  const requests = new CancelRequests(runner);
  using _watch = watchLease(granted, computation, {
    onCancel: () => requests.cancel(new LabError('CANCELLED', '[lab] cancelled on request')),
    onLost: (error) => requests.abandon(error),
  });
  const onStop = (): void => requests.cancel(new LabError('CANCELLED', '[worker] cancelled because its worker was stopped'));
  computation.stop.addEventListener('abort', onStop, { once: true });
  if (computation.stop.aborted) onStop();
  try {
    outbox.push({ type: 'started', workerId: worker.id, engine: worker.engine, device: worker.device });
    const claim = await patiently(() => completeClaim(client, granted));
    const files = await fetchFiles(claim, computation);
    const { run } = claim;
    runner.send({ type: 'run', job: { runId: run.id, spec: run.spec, equipment, folder, reportedEpochs: epochsReported(run), checkpointSeconds: computation.checkpointSeconds, ...files } });
    for await (const message of runner.messages(computation.silenceSeconds)) {
      const ending = await handle(message, run, computation);
      if (ending !== undefined) return requests.judge(ending);
    }
    throw new LabError('INTERNAL', '[worker] the runner stopped talking without an ending');
  } catch (error) {
    return requests.judge({ status: 'failed', error: LabError.from(error).toJSON() });
  } finally {
    computation.stop.removeEventListener('abort', onStop);
  }
}

async function handle(message: FromRunner, run: Granted['run'], { client, outbox, patiently }: Computation): Promise<Ending | undefined> {
  if (message.type === 'ended') return { status: message.status, error: message.error };
  if (message.type !== 'event' || alreadyReported(run, message.body)) return undefined;
  for (const file of message.files) {
    const content = await readFile(file.path);
    await patiently(() => client.artifacts.upload(content));
    await rm(file.path);
  }
  outbox.push(message.body);
  return undefined;
}

async function fetchFiles(claim: Claim, { client, folder, patiently }: Computation): Promise<{ weightsFile?: string; checkpointFile?: string; originalFile?: string; auditFile?: string }> {
  const fetchOne = async (sha256: string, name: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, await patiently(() => client.artifacts.download(sha256)));
    return path;
  };
  return {
    ...(claim.weights === undefined ? {} : { weightsFile: await fetchOne(claim.weights, 'start.safetensors') }),
    ...(claim.checkpoint === undefined ? {} : { checkpointFile: await fetchOne(claim.checkpoint, 'checkpoint.safetensors') }),
    ...(claim.original === undefined ? {} : { originalFile: await fetchOne(claim.original, 'original.safetensors') }),
    ...(claim.audit === undefined ? {} : { auditFile: await fetchOne(claim.audit, 'audit.json') }),
  };
}

/** Who asked a runner to stop, and what that makes of its ending. */
class CancelRequests {
  private readonly runner: RunnerProcess;
  private cancelled: LabError | undefined;
  private lost: LabError | undefined;

  constructor(runner: RunnerProcess) {
    this.runner = runner;
  }

  /** Asks the runner to stop, and ends it if it does not within the grace. */
  cancel(reason: LabError): void {
    if (this.cancelled !== undefined) return;
    this.cancelled = reason;
    this.runner.send({ type: 'cancel' });
    setTimeout(() => void this.runner.kill(), cancelGraceMs).unref();
  }

  /** The lease is gone: what the runner computes is nobody's. */
  abandon(error: LabError): void {
    this.lost = error;
    void this.runner.kill();
  }

  /** A run that ended well before it heard of the request has succeeded; any other ending is the request's. */
  judge(ending: Ending): Ending {
    if (this.lost !== undefined) throw this.lost;
    if (this.cancelled === undefined || ending.status === 'succeeded') return ending;
    return { status: 'cancelled', error: this.cancelled.toJSON() };
  }
}
