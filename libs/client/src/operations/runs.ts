import type { VariablesOf } from 'gql.tada';
import { graphql } from '../graphql.ts';
import { RunFields } from './run-fields.ts';

export const StartRun = graphql(`mutation StartRun($input: RunSpecInput!, $study: StudyPlaceInput) { startRun(input: $input, study: $study) { ...RunFields } }`, [RunFields]);
export const CancelRun = graphql(`mutation CancelRun($runId: ID!) { cancelRun(runId: $runId) { ...RunFields } }`, [RunFields]);
export const RetryRun = graphql(`mutation RetryRun($runId: ID!) { retryRun(runId: $runId) { ...RunFields } }`, [RunFields]);
export const RunById = graphql(`query RunById($id: ID!) { run(id: $id) { ...RunFields } }`, [RunFields]);

export const RunPage = graphql(
  `query RunPage($filter: RunFilter, $sort: RunSort, $first: Int, $after: String) {
    runs(filter: $filter, sort: $sort, first: $first, after: $after) {
      edges { node { ...RunFields } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [RunFields],
);
/** By itself: a count takes as long as there is to count, and no page needs it. */
export const CountRuns = graphql(`query CountRuns($filter: RunFilter, $upTo: Int) { runs(filter: $filter, first: 1) { totalCount(upTo: $upTo) } }`);
/** In which order. */
export type RunSort = NonNullable<VariablesOf<typeof RunPage>['sort']>;
/** Which runs; every given field must hold. */
export type RunFilter = NonNullable<VariablesOf<typeof RunPage>['filter']>;

export const ChangesCursor = graphql(`query ChangesCursor { runs(first: 1) { changesCursor } }`);

export const RunsChanged = graphql(
  `subscription RunsChanged($filter: RunFilter, $after: String) { runsChanged(filter: $filter, after: $after) { runId matches cursor run { ...RunFields } } }`,
  [RunFields],
);

export const RunEvents = graphql(`
  subscription RunEvents($runId: ID!, $after: Int!) { runEvents(runId: $runId, after: $after) { runId seq attempt time body } }
`);
