import { graphql } from '@entropic-lab/client';
import type { ResultOf } from 'gql.tada';

/** What the tables of a plan are made of, run by run. */
export const PlanResults = graphql(`
  query PlanResults($id: ID!) {
    study(id: $id) {
      table {
        key
        run {
          id number status verdict startedAt finishedAt
          error { code message }
          progress { label remainingSeconds }
          metrics { name }
          finalEvaluation {
            cleanAccuracy testExamples
            entropies { networkEntropy entropyFlow }
            noise { norm epsilon accuracy examples }
            diagnosis { medianLogitMargin zeroGradientShare saturatedShare }
            attacks { plugin norm epsilon shown examples attackSuccessRate outcomes { found notFound error outOfBudget skippedMisclassified } }
            audit { verdict norm epsilon examples headline { robust ofAll } lines { id examples found } }
          }
        }
      }
    }
  }
`);

export type PlannedRunShown = NonNullable<ResultOf<typeof PlanResults>['study']>['table'][number];
