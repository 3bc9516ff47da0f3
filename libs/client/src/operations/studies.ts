import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql } from '../graphql.ts';

export const StudyFields = graphql(`
  fragment StudyFields on Study {
    id number name key spec plan runCount concurrency ended createdAt
    counts { queued running succeeded failed cancelled }
    table { index key parameters run { id status metrics { name value } error { code message path } } }
  }
`);

export const Sweep = graphql(`mutation Sweep($input: StudyInput!) { sweep(input: $input) { ...StudyFields } }`, [StudyFields]);
/** What a study searches. */
export type StudyInput = VariablesOf<typeof Sweep>['input'];
export const StudyById = graphql(`query StudyById($id: ID!) { study(id: $id) { ...StudyFields } }`, [StudyFields]);
export const PlanStudy = graphql(`mutation PlanStudy($key: String!, $name: String!, $plan: JSON!) { planStudy(key: $key, name: $name, plan: $plan) { id key } }`);
export const CancelStudy = graphql(`mutation CancelStudy($studyId: ID!) { cancelStudy(studyId: $studyId) { ...StudyFields } }`, [StudyFields]);
/** A study, where it stands, and its table. */
export type Study = ResultOf<typeof Sweep>['sweep'];
