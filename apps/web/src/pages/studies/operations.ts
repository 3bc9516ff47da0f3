import { graphql } from '@entropic-lab/client';
import type { ResultOf } from 'gql.tada';

const StudyRow = graphql(`fragment StudyRow on Study { id number name runCount concurrency ended createdAt spec plan counts { queued running succeeded failed cancelled } }`);

export const StudyRows = graphql(`query StudyRows($olderThan: Int) { studies(first: 100, olderThan: $olderThan) { ...StudyRow } }`, [StudyRow]);

export const StudyTable = graphql(
  `query StudyTable($id: ID!, $sortBy: String, $order: StudyRunOrder, $names: [String!]) {
    study(id: $id) {
      ...StudyRow
      table(sortBy: $sortBy, order: $order) { index parameters run { id number name status verdict metrics(names: $names) { name value } error { code message } progress { label remainingSeconds } } }
    }
  }`,
  [StudyRow],
);

export const MetricNames = graphql(`query MetricNames { metricNames { name isOption runs } }`);

export type StudyShown = ResultOf<typeof StudyRows>['studies'][number];
export type StudyRunShown = NonNullable<ResultOf<typeof StudyTable>['study']>['table'][number];
