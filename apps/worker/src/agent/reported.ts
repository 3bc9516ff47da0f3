import type { Claim } from '@entropic-lab/client';
import type { RunEventBody } from '@entropic-lab/protocol';

type Reported = Pick<Claim['run'], 'headline' | 'spec' | 'artifacts'>;

/** How many epochs earlier attempts have told. Once the final state is told, all are: the headline is then of no epoch. */
export function epochsReported({ headline, spec }: Reported): number {
  if (headline === null) return 0;
  return headline.epoch ?? spec.training?.epochs ?? 0;
}

/** Whether an earlier attempt has told the same: one that died between its last event and its end told all of it. */
export function alreadyReported({ headline, artifacts }: Reported, body: RunEventBody): boolean {
  if (body.type === 'evaluated') return headline !== null && headline.epoch === null;
  if (body.type !== 'artifact') return false;
  const { kind, name, sha256 } = body.artifact;
  return artifacts.some((told) => told.kind === kind && told.name === name && told.sha256 === sha256);
}
