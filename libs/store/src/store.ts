import type { Catalogue, DeviceLoad, FinalEvaluation, LeaseState, RunSpec, StudySpec, WorkerSpec } from '@entropic-lab/protocol';
import { sql } from 'drizzle-orm';
import type { Readable } from 'node:stream';
import type { Announced, ArtifactFiles, ByteRange } from './artifacts/files.ts';
import { artifactsOfRuns, findArtifact, putArtifact, type RunArtifact, type StoredArtifact } from './artifacts/records.ts';
import { sweepArtifacts, type Swept, type SweepOptions } from './artifacts/sweep.ts';
import { appendEvents, type Receipt, type Report } from './events/append.ts';
import { tailOf, type Tail } from './events/tail.ts';
import { claim, type Claim, type ClaimOptions } from './leases/claim.ts';
import { expireLeases } from './leases/expire.ts';
import { followLease, renewLease, type LeaseKey } from './leases/renew.ts';
import { requestCancel } from './runs/cancel.ts';
import type { Waiting } from './leases/waiting.ts';
import { whyWaiting } from './leases/why-waiting.ts';
import { changesCursor, followRuns, type FollowRunsOptions, type RunChange } from './runs/follow.ts';
import { deleteRuns } from './runs/delete.ts';
import { listTags, setArchived, setNotes, tagRuns, type TagChange, type TagCount } from './runs/label.ts';
import { evaluationsOfRuns, finalEvaluationsOfRuns, listValueNames, tagsOfRuns, valuesOfRuns, type RunValue, type ValueName } from './query/of-runs.ts';
import { createStudy } from './studies/create.ts';
import { planStudy, type PlannedStudy, type StudyPlace } from './studies/plan.ts';
import { cancelStudy, countByStatus, countsOfStudies, findStudies, findStudy, listStudies, runsOfStudy, type StatusCounts, type StudyPageOptions } from './studies/list.ts';
import type { EvaluationRow, ScheduleRow, StudyRow } from './tables.ts';
import { createRun } from './runs/create.ts';
import { finishRun, type Ending } from './runs/finish.ts';
import type { RunFilter } from './query/filter.ts';
import { countRuns, listRuns, type RunPageOptions } from './query/page.ts';
import type { PlacedRun } from './query/placed.ts';
import { retryRun } from './runs/retry.ts';
import { findRun, findRuns, type RunRow } from './runs/run.ts';
import { testPaired, type PairedQuestion, type PairedTest } from './query/paired.ts';
import { askExamples, type ExampleAnswer, type ExampleQuestion } from './query/examples.ts';
import { listBoards, readLeaderboard, type Board, type LeaderboardOptions, type Standing } from './query/leaderboard.ts';
import { exportEpochs, exportEvaluations, exportRuns, valueNamesOf, type ExportedEpoch, type ExportedRun, type ExportOptions } from './query/export.ts';
import { readSeries, type Series, type SeriesOptions } from './query/series.ts';
import { createSchedule, listSchedules, removeSchedule, runDueSchedules, type NewSchedule, type ScheduledRun } from './schedules/schedules.ts';
import type { Session } from './session.ts';
import { forgetWorkers, listCatalogues, listWorkers, type WorkerRow } from './workers/list.ts';
import { followWorkers } from './workers/follow.ts';
import { leaveLab } from './workers/leave.ts';
import { reportLoad } from './workers/load.ts';
import { followTokens } from './tokens/follow.ts';
import { createToken, findToken, hasTokens, listTokens, revokeToken, type CreatedToken, type NewToken, type Token } from './tokens/tokens.ts';
import { registerWorker } from './workers/register.ts';

/** All that the lab remembers. Each operation is one transaction; errors are LabErrors, listed at the function behind it. */
export interface Store extends AsyncDisposable {
  /** Absolute path of the data folder. */
  readonly folder: string;
  readonly driver: 'pglite' | 'postgres';

  readonly createRun: (spec: RunSpec, place?: StudyPlace) => Promise<RunRow>;
  readonly findRun: (runId: string) => Promise<RunRow | undefined>;
  readonly listRuns: (options: RunPageOptions) => Promise<PlacedRun[]>;
  readonly countRuns: (filter?: RunFilter, upTo?: number) => Promise<number>;
  /** Numbers of runs by name, by the run's number: of the spec by path, times in seconds since 1970, latest metrics. */
  readonly valuesOfRuns: (numbers: readonly number[]) => Promise<Map<number, RunValue[]>>;
  /** Tags in the order of the alphabet, by the run's number. */
  readonly tagsOfRuns: (numbers: readonly number[]) => Promise<Map<number, string[]>>;
  /** Attacks of the latest evaluation, by the run's id. */
  readonly evaluationsOfRuns: (runIds: readonly string[]) => Promise<Map<string, EvaluationRow[]>>;
  readonly finalEvaluationsOfRuns: (runIds: readonly string[]) => Promise<Map<string, FinalEvaluation>>;
  /** Adds tags to runs and takes others away. @throws LabError UNKNOWN_RUN. */
  readonly tagRuns: (runIds: readonly string[], change: TagChange) => Promise<RunRow[]>;
  readonly setNotes: (runId: string, notes: string) => Promise<RunRow>;
  readonly setArchived: (runIds: readonly string[], archived: boolean) => Promise<RunRow[]>;
  readonly deleteRuns: (runIds: readonly string[]) => Promise<void>;
  readonly createStudy: (spec: StudySpec, runSpecs: readonly RunSpec[]) => Promise<StudyRow>;
  /** Records a study whose runs come one by one, or gives the one of that key its plan anew. */
  readonly planStudy: (study: PlannedStudy) => Promise<StudyRow>;
  readonly findStudy: (studyId: string) => Promise<StudyRow | undefined>;
  readonly findStudies: (studyIds: readonly string[]) => Promise<Map<string, StudyRow>>;
  readonly listStudies: (options: StudyPageOptions) => Promise<StudyRow[]>;
  readonly runsOfStudy: (studyId: string) => Promise<RunRow[]>;
  readonly countsOfStudies: (studyIds: readonly string[]) => Promise<Map<string, StatusCounts>>;
  readonly cancelStudy: (studyId: string) => Promise<StudyRow>;
  /** The runs with these ids that there are. */
  readonly findRuns: (runIds: readonly string[]) => Promise<Map<string, RunRow>>;
  readonly readSeries: (options: SeriesOptions) => Promise<Series[]>;
  readonly readLeaderboard: (options: LeaderboardOptions) => Promise<Standing[]>;
  readonly listBoards: () => Promise<Board[]>;
  readonly askExamples: (question: ExampleQuestion) => Promise<ExampleAnswer>;
  readonly testPaired: (question: PairedQuestion) => Promise<PairedTest>;
  /** Every tag in use and on how many runs. */
  readonly listTags: () => Promise<TagCount[]>;
  /** Names by which runs can be sorted and filtered, with the number of runs that have them. */
  readonly listValueNames: () => Promise<ValueName[]>;
  readonly requestCancel: (runId: string) => Promise<RunRow>;
  readonly retryRun: (runId: string) => Promise<RunRow>;
  readonly whyWaiting: (runIds: readonly string[]) => Promise<Map<string, Waiting>>;

  readonly createSchedule: (schedule: NewSchedule) => Promise<ScheduleRow>;
  readonly listSchedules: () => Promise<ScheduleRow[]>;
  readonly removeSchedule: (scheduleId: string) => Promise<ScheduleRow>;
  /** Queues a run for each schedule that is due. */
  readonly runDueSchedules: () => Promise<ScheduledRun[]>;

  readonly tail: Tail;
  readonly changesCursor: () => Promise<string>;
  readonly followRuns: (options?: FollowRunsOptions) => AsyncGenerator<RunChange, void, void>;
  readonly followWorkers: (signal?: AbortSignal) => AsyncGenerator<WorkerRow[], void, void>;

  readonly claim: (workerId: string, options?: ClaimOptions) => Promise<Claim | undefined>;
  readonly renewLease: (key: LeaseKey) => Promise<LeaseState>;
  readonly followLease: (key: LeaseKey, signal?: AbortSignal) => AsyncGenerator<LeaseState, void, void>;
  readonly expireLeases: () => Promise<RunRow[]>;
  readonly appendEvents: (report: Report) => Promise<Receipt>;
  readonly finishRun: (ending: Ending) => Promise<RunRow>;

  readonly registerWorker: (spec: WorkerSpec) => Promise<void>;
  readonly reportLoad: (workerId: string, load: DeviceLoad) => Promise<void>;
  /** Nobody counts on the worker any more. */
  readonly leaveLab: (workerId: string) => Promise<void>;
  readonly listWorkers: () => Promise<WorkerRow[]>;
  readonly listCatalogues: () => Promise<Catalogue[]>;
  readonly forgetWorkers: (silentSeconds: number) => Promise<string[]>;

  readonly putArtifact: (announced: Announced, content: Readable) => Promise<StoredArtifact>;
  readonly findArtifact: (sha256: string) => Promise<StoredArtifact>;
  /** The bytes of a stored artifact, or a part of them. */
  readonly readArtifact: (sha256: string, range?: ByteRange) => Promise<Readable>;
  /** Lets go of checkpoints and bytes that nobody needs. */
  readonly sweepArtifacts: (options: SweepOptions) => Promise<Swept>;
  readonly artifactsOfRuns: (runIds: readonly string[]) => Promise<Map<string, RunArtifact[]>>;

  readonly exportRuns: (options: ExportOptions) => AsyncGenerator<ExportedRun, void, void>;
  readonly exportEpochs: (options: ExportOptions) => AsyncGenerator<ExportedEpoch, void, void>;
  readonly exportEvaluations: (options: ExportOptions) => AsyncGenerator<EvaluationRow, void, void>;
  readonly valueNamesOf: (filter: RunFilter) => Promise<string[]>;
  /** All runs, also those put away. */
  readonly countByStatus: () => Promise<StatusCounts>;

  readonly createToken: (token: NewToken) => Promise<CreatedToken>;
  readonly listTokens: () => Promise<Token[]>;
  readonly revokeToken: (tokenId: string) => Promise<Token>;
  readonly findToken: (secret: string) => Promise<Token | undefined>;
  readonly hasTokens: () => Promise<boolean>;
  readonly followTokens: (signal?: AbortSignal) => AsyncGenerator<void, void, void>;

  /** Resolves when the database answers. */
  readonly ping: () => Promise<void>;
}

/** The operations of the store, bound to what they work with. */
export function operations(session: Session, files: ArtifactFiles) {
  const bound = <Args extends unknown[], Result>(operation: (session: Session, ...args: Args) => Promise<Result>) => (...args: Args): Promise<Result> =>
    session.busy.run(() => operation(session, ...args));
  return {
    createRun: bound(createRun),
    findRun: bound(({ database }, runId: string) => findRun(database, runId)),
    listRuns: bound(listRuns),
    countRuns: bound(countRuns),
    valuesOfRuns: bound(valuesOfRuns),
    tagsOfRuns: bound(tagsOfRuns),
    evaluationsOfRuns: bound(evaluationsOfRuns),
    finalEvaluationsOfRuns: bound(finalEvaluationsOfRuns),
    tagRuns: bound(tagRuns),
    setNotes: bound(setNotes),
    setArchived: bound(setArchived),
    deleteRuns: bound(deleteRuns),
    findRuns: bound(({ database }, runIds: readonly string[]) => findRuns(database, runIds)),
    createStudy: bound(createStudy),
    planStudy: bound(planStudy),
    findStudy: bound(findStudy),
    findStudies: bound(findStudies),
    listStudies: bound(listStudies),
    runsOfStudy: bound(runsOfStudy),
    countsOfStudies: bound(countsOfStudies),
    cancelStudy: bound(cancelStudy),
    readSeries: bound(readSeries),
    readLeaderboard: bound(readLeaderboard),
    listBoards: bound(listBoards),
    askExamples: bound(askExamples),
    testPaired: bound(testPaired),
    listTags: bound(listTags),
    listValueNames: bound(listValueNames),
    requestCancel: bound(requestCancel),
    retryRun: bound(retryRun),
    whyWaiting: bound(whyWaiting),
    createSchedule: bound(createSchedule),
    listSchedules: bound(listSchedules),
    removeSchedule: bound(removeSchedule),
    runDueSchedules: bound(runDueSchedules),
    tail: tailOf(session),
    changesCursor: bound(changesCursor),
    followRuns: (options) => followRuns(session, options),
    followWorkers: (signal) => followWorkers(session, signal),
    claim: bound(claim),
    renewLease: bound(renewLease),
    followLease: (key, signal) => followLease(session, key, signal),
    expireLeases: bound(expireLeases),
    appendEvents: bound(appendEvents),
    finishRun: bound(finishRun),
    registerWorker: bound(registerWorker),
    reportLoad: bound(reportLoad),
    leaveLab: bound(leaveLab),
    listWorkers: bound(listWorkers),
    listCatalogues: bound(listCatalogues),
    forgetWorkers: bound(forgetWorkers),
    putArtifact: bound((held, announced: Announced, content: Readable) => putArtifact(held, files, announced, content)),
    findArtifact: (sha256) => findArtifact(files, sha256),
    readArtifact: (sha256, range) => files.read(sha256, range),
    sweepArtifacts: bound((held, options: SweepOptions) => sweepArtifacts(held, files, options)),
    artifactsOfRuns: bound(artifactsOfRuns),
    exportRuns: (options) => exportRuns(session, options),
    exportEpochs: (options) => exportEpochs(session, options),
    exportEvaluations: (options) => exportEvaluations(session, options),
    valueNamesOf: bound(valueNamesOf),
    countByStatus: bound(countByStatus),
    createToken: bound(createToken),
    listTokens: bound(listTokens),
    revokeToken: bound(revokeToken),
    findToken: bound(findToken),
    hasTokens: bound(hasTokens),
    followTokens: (signal) => followTokens(session, signal),
    ping: bound(async ({ database }) => void (await database.execute(sql`select 1`))),
  } satisfies Partial<Store>;
}
