import { graphql } from '@entropic-lab/client';
import { parseRunSpec, type RunSpec } from '@entropic-lab/protocol';
import type { FragmentOf } from 'gql.tada';

/** A run as lists show it: without its artifacts. */
export const RunRowFields = graphql(`
  fragment RunRowFields on Run {
    id number name status spec dataset architecture trainer loss fromRun pool priority attempt cancelRequested lastSeq
    createdAt startedAt finishedAt workerId verdict tags archivedAt
    waiting { reason message missing position retryAt expectedSeconds }
    progress { phase label done total unit rate remainingSeconds }
    headline {
      epoch cleanAccuracy networkEntropy entropyFlow medianLogitMargin zeroGradientShare saturatedShare
      attacks { plugin norm epsilon attackSuccessRate robustAccuracy medianDistance }
    }
    error { code message path }
  }
`);

type Fields = FragmentOf<typeof RunRowFields>;
export type RunRow = Omit<Fields, 'spec'> & { readonly spec: RunSpec };
export type Headline = NonNullable<RunRow['headline']>;

export function readRunRow(fields: Fields): RunRow {
  return { ...fields, spec: parseRunSpec(fields.spec) };
}

export const RunRows = graphql(
  `query RunRows($filter: RunFilter, $sort: RunSort, $first: Int, $after: String, $countUpTo: Int) {
    runs(filter: $filter, sort: $sort, first: $first, after: $after) {
      totalCount(upTo: $countUpTo)
      changesCursor
      edges { node { ...RunRowFields } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [RunRowFields],
);

export const RunRowsChanged = graphql(
  `subscription RunRowsChanged($filter: RunFilter, $after: String) { runsChanged(filter: $filter, after: $after) { runId matches cursor run { ...RunRowFields } } }`,
  [RunRowFields],
);

export const RunRowById = graphql(`query RunRowById($id: ID!) { run(id: $id) { ...RunRowFields } }`, [RunRowFields]);
