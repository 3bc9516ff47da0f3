import { parseRunSpec, type RunSpec } from '@entropic-lab/protocol';
import type { FragmentOf } from 'gql.tada';
import { graphql } from '../graphql.ts';

export const RunFields = graphql(`
  fragment RunFields on Run {
    id
    number
    name
    status
    spec
    dataset
    architecture
    trainer
    loss
    fromRun
    pool
    priority
    waiting { reason message missing position retryAt expectedSeconds }
    attempt
    workerId
    cancelRequested
    lastSeq
    progress { phase label done total unit rate remainingSeconds }
    headline {
      epoch cleanAccuracy networkEntropy entropyFlow medianLogitMargin zeroGradientShare saturatedShare
      attacks { plugin norm epsilon attackSuccessRate robustAccuracy medianDistance }
    }
    error { code message path }
    verdict
    tags
    notes
    archivedAt
    artifacts { kind name sha256 bytes }
    createdAt
    startedAt
    finishedAt
  }
`);

type Fields = FragmentOf<typeof RunFields>;

/** A run and where it stands. */
export type Run = Omit<Fields, 'spec'> & {
  /** The whole request, with every default filled in. */
  readonly spec: RunSpec;
};

export function readRun(fields: Fields): Run {
  return { ...fields, spec: parseRunSpec(fields.spec) };
}
