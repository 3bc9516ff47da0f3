import type { Claim as Granted, Client } from '@entropic-lab/client';
import { LabError, type ArtifactRef } from '@entropic-lab/protocol';

/** A granted claim, and the hashes of the files that its run begins with. */
export interface Claim extends Granted {
  /** Weights of `model.fromRun`. */
  readonly weights: string | undefined;
  /** Latest checkpoint of an earlier attempt. */
  readonly checkpoint: string | undefined;
  /** Weights of `evaluation.audit.originalRun`. */
  readonly original: string | undefined;
  /** Latest record of the audit of an earlier attempt. */
  readonly audit: string | undefined;
}

/** @throws LabError BAD_WEIGHTS where the run to start from has none. */
export async function completeClaim(client: Client, granted: Granted): Promise<Claim> {
  const { model, evaluation } = granted.run.spec;
  const { artifacts } = granted.run;
  return {
    ...granted,
    weights: await weightsOf(client, model.fromRun, 'model.fromRun'),
    original: await weightsOf(client, evaluation.audit?.originalRun, 'evaluation.audit.originalRun'),
    checkpoint: latest(artifacts, 'checkpoint'),
    audit: latest(artifacts, 'audit'),
  };
}

async function weightsOf(client: Client, run: string | undefined, path: string): Promise<string | undefined> {
  if (run === undefined) return undefined;
  const weights = latest((await client.run(run))?.artifacts, 'weights');
  if (weights !== undefined) return weights;
  throw new LabError('BAD_WEIGHTS', `[worker] expected run ${run} to have weights, it has none (${path}). Start from a run that succeeded.`, { path });
}

function latest(artifacts: readonly Pick<ArtifactRef, 'kind' | 'sha256'>[] | undefined, kind: ArtifactRef['kind']): string | undefined {
  return artifacts?.findLast((artifact) => artifact.kind === kind)?.sha256;
}
