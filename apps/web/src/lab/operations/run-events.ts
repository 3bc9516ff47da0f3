import { graphql } from '@entropic-lab/client';
import type { ResultOf } from 'gql.tada';

/** An attack's result without its example by example columns: ten thousand of each would come with every epoch. */
export const AttackFields = graphql(`
  fragment AttackFields on AttackResult {
    plugin version hash norm epsilon options shown examples
    outcomes { found notFound error outOfBudget skippedMisclassified }
    attackSuccessRate attackSuccessInterval robustAccuracy medianDistance forwardCalls backwardCalls seconds messages
    members { plugin version options examples found failed forwardCalls backwardCalls seconds }
  }
`);

export const MeasuredFields = graphql(`
  fragment MeasuredFields on EpochMetrics {
    epoch steps loss { name value } learningRate cleanAccuracy testExamples trainSeconds evaluationSeconds
    entropies { networkEntropy entropyFlow layers { name neurons entropy } }
    diagnosis { medianLogitMargin zeroGradientShare saturatedShare }
    attacks { ...AttackFields }
  }
`, [AttackFields]);

const ShareFields = graphql(`fragment ShareFields on RobustShare { robust ofAll ofAllInterval ofCorrect ofCorrectInterval }`);

export const EvaluationFields = graphql(`
  fragment EvaluationFields on FinalEvaluation {
    cleanAccuracy testExamples
    entropies { networkEntropy entropyFlow layers { name neurons entropy } }
    diagnosis { medianLogitMargin zeroGradientShare saturatedShare }
    attacks { ...AttackFields }
    noise { norm epsilon accuracy examples }
    audit {
      verdict reasons norm epsilon battery examples correct disproved pValue seconds
      claim { ...ShareFields } headline { ...ShareFields } worstCase { ...ShareFields }
      lines { id title finding text examples found seconds forwardCalls backwardCalls measured { name unit value interval } }
    }
  }
`, [AttackFields, ShareFields]);

export const WatchedEvents = graphql(
  `subscription WatchedEvents($runId: ID!, $after: Int!) {
    runEvents(runId: $runId, after: $after) {
      seq attempt time type
      ... on StartedEvent { workerId engine device }
      ... on ProgressEvent { progress { phase label done total unit rate remainingSeconds } }
      ... on LogEvent { level message }
      ... on EpochEvent { metrics { ...MeasuredFields } checkpoint { kind name sha256 bytes } }
      ... on EvaluatedEvent { evaluation { ...EvaluationFields } }
      ... on ArtifactEvent { artifact { kind name sha256 bytes } }
      ... on RequeuedEvent { reason { code message } delaySeconds }
      ... on FinishedEvent { status error { code message path } }
    }
  }`,
  [MeasuredFields, EvaluationFields],
);

export type WatchedEvent = ResultOf<typeof WatchedEvents>['runEvents'];
export type Measured = Extract<WatchedEvent, { type: unknown; metrics: unknown }>['metrics'];
export type Evaluation = Extract<WatchedEvent, { evaluation: unknown }>['evaluation'];
export type Audit = NonNullable<Evaluation['audit']>;
export type AttackMeasured = Evaluation['attacks'][number];
export type ArtifactShown = Extract<WatchedEvent, { artifact: unknown }>['artifact'];
