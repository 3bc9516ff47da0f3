import { graphql } from '../graphql.ts';
import { RunFields } from './run-fields.ts';

export const RegisterWorker = graphql(`mutation RegisterWorker($input: WorkerInput!) { registerWorker(input: $input) }`);

export const LeaveLab = graphql(`mutation LeaveLab($workerId: ID!) { leaveLab(workerId: $workerId) }`);
export const ReportLoad = graphql(`mutation ReportLoad($workerId: ID!, $load: DeviceLoadInput!) { reportLoad(workerId: $workerId, load: $load) }`);

export const ClaimRun = graphql(
  `mutation ClaimRun($workerId: ID!, $waitSeconds: Float!) {
    claimRun(workerId: $workerId, waitSeconds: $waitSeconds) { run { ...RunFields } lease { runId attempt expiresAt leaseSeconds } nextSeq }
  }`,
  [RunFields],
);

export const RenewLease = graphql(`mutation RenewLease($runId: ID!, $attempt: Int!) { renewLease(runId: $runId, attempt: $attempt) }`);

export const ReportEvents = graphql(`
  mutation ReportEvents($runId: ID!, $attempt: Int!, $events: [RunEventInput!]!) {
    reportEvents(runId: $runId, attempt: $attempt, events: $events) { lease lastSeq }
  }
`);

export const FinishRun = graphql(
  `mutation FinishRun($runId: ID!, $attempt: Int!, $seq: Int!, $time: DateTime!, $status: RunEnding!, $error: LabErrorInput) {
    finishRun(runId: $runId, attempt: $attempt, seq: $seq, time: $time, status: $status, error: $error) { ...RunFields }
  }`,
  [RunFields],
);

export const LeaseStates = graphql(`subscription LeaseStates($runId: ID!, $attempt: Int!) { leaseState(runId: $runId, attempt: $attempt) }`);
