import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql } from '../graphql.ts';
import { RunFields } from './run-fields.ts';

export const CompareRuns = graphql(`
  query CompareRuns($runIds: [ID!]!) {
    compareRuns(runIds: $runIds) {
      differences { path values }
      metrics { name values }
      attacks { plugin norm epsilon results { attackSuccessRate attackSuccessInterval robustAccuracy medianDistance examples version options } }
    }
  }
`);
export type Comparison = ResultOf<typeof CompareRuns>['compareRuns'];

export const SeriesOf = graphql(`
  query SeriesOf($runIds: [ID!]!, $names: [String!]!, $maxPoints: Int) { series(runIds: $runIds, names: $names, maxPoints: $maxPoints) { runId name rawPoints points { epoch value } } }
`);
export type Series = ResultOf<typeof SeriesOf>['series'][number];

export const Leaderboard = graphql(
  `query Leaderboard($dataset: String!, $norm: Norm!, $epsilon: Float!, $minExamples: Int, $verdicts: [Verdict!], $first: Int) {
    leaderboard(dataset: $dataset, norm: $norm, epsilon: $epsilon, minExamples: $minExamples, verdicts: $verdicts, first: $first) {
      robustAccuracy cleanAccuracy examples attacks run { ...RunFields }
    }
  }`,
  [RunFields],
);
export type LeaderboardQuestion = VariablesOf<typeof Leaderboard>;

export const Examples = graphql(`
  query Examples($plugin: String!, $norm: Norm!, $epsilon: Float!, $fellOn: [ID!]!, $heldOn: [ID!], $from: Int, $first: Int) {
    examples(plugin: $plugin, norm: $norm, epsilon: $epsilon, fellOn: $fellOn, heldOn: $heldOn, from: $from, first: $first) {
      compared total undecided misclassified examples { index label fates { runId outcome cleanPrediction prediction distance } }
    }
  }
`);
export const PairedTest = graphql(`
  query PairedTest($plugin: String!, $norm: Norm!, $epsilon: Float!, $shown: Shown, $first: ID!, $second: ID!) {
    pairedTest(plugin: $plugin, norm: $norm, epsilon: $epsilon, shown: $shown, first: $first, second: $second) { images both onlyFirst onlySecond neither pValue }
  }
`);
export type PairedQuestion = VariablesOf<typeof PairedTest>;
export type PairedAnswer = ResultOf<typeof PairedTest>['pairedTest'];
export type ExampleQuestion = VariablesOf<typeof Examples>;
export type ExampleAnswer = ResultOf<typeof Examples>['examples'];
