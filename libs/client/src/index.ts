export { sha256Of, type Artifacts, type TransferOptions } from './artifacts.ts';
export type { Changes, ChangesOptions, RunChange } from './changes.ts';
export { createClient, type Client, type ClientOptions } from './create-client.ts';
export type { Follow, FollowOptions } from './follow.ts';
export type { Architecture, Dataset, Lab, Plugin, Worker } from './operations/catalogue.ts';
export type { Run } from './operations/run-fields.ts';
export type { RunFilter, RunSort } from './operations/runs.ts';
export type { RunsOptions } from './runs.ts';
export type { Claim, Ending, LeaseKey, WorkerSide } from './worker-side.ts';
