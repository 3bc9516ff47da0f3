import { graphql } from '@entropic-lab/client';
import type { ResultOf } from 'gql.tada';

/** The last event of a run that tells example by example what attacks found. */
export const PerExampleAfter = graphql(`
  subscription PerExampleAfter($runId: ID!, $after: Int!) {
    runEvents(runId: $runId, after: $after) {
      seq
      ... on EvaluatedEvent { evaluation { attacks { perExample { label cleanPrediction prediction outcome distance } } } }
    }
  }
`);

type Event = ResultOf<typeof PerExampleAfter>['runEvents'];
export type PerExample = Extract<Event, { evaluation: unknown }>['evaluation']['attacks'][number]['perExample'];
