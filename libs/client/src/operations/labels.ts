import { graphql } from '../graphql.ts';
import { RunFields } from './run-fields.ts';

export const TagRuns = graphql(`mutation TagRuns($runIds: [ID!]!, $add: [String!]!, $remove: [String!]!) { tagRuns(runIds: $runIds, add: $add, remove: $remove) { ...RunFields } }`, [RunFields]);
export const SetRunNotes = graphql(`mutation SetRunNotes($runId: ID!, $notes: String!) { setRunNotes(runId: $runId, notes: $notes) { ...RunFields } }`, [RunFields]);
export const ArchiveRuns = graphql(`mutation ArchiveRuns($runIds: [ID!]!, $archived: Boolean!) { archiveRuns(runIds: $runIds, archived: $archived) { ...RunFields } }`, [RunFields]);
export const DeleteRuns = graphql(`mutation DeleteRuns($runIds: [ID!]!) { deleteRuns(runIds: $runIds) }`);
