import type { Claim as Granted, Client } from '@entropic-lab/client';
import { LabError, type ArtifactRef } from '@entropic-lab/protocol';

/** A granted claim, and the hashes of the files that its run begins with. */
export interface Claim extends Granted {
  /** Weights of `model.fromRun`. */
  readonly weights: string | undefined;
  /** Latest checkpoint of an earlier attempt. */
  readonly checkpoint: string | undefined;
}

/** @throws LabError BAD_WEIGHTS where the run to start from has none. */
export async function completeClaim(client: Client, granted: Granted): Promise<Claim> {
  const { fromRun } = granted.run.spec.model;
  const weights = fromRun === undefined ? undefined : latest((await client.run(fromRun))?.artifacts, 'weights');
  if (fromRun !== undefined && weights === undefined) {
    throw new LabError('BAD_WEIGHTS', `[worker] expected run ${fromRun} to have weights, it has none (model.fromRun). Start from a run that succeeded.`, { path: 'model.fromRun' });
  }
  return { ...granted, weights, checkpoint: latest(granted.run.artifacts, 'checkpoint') };
}

function latest(artifacts: readonly Pick<ArtifactRef, 'kind' | 'sha256'>[] | undefined, kind: ArtifactRef['kind']): string | undefined {
  return artifacts?.findLast((artifact) => artifact.kind === kind)?.sha256;
}
