import type { RecordedPlan, RunSpecInput } from '@entropic-lab/protocol';
import { artifactsAt, type Artifacts } from './artifacts.ts';
import { asker, type Ask } from './ask.ts';
import { serversAt } from './endpoint.ts';
import { exporter, type Export } from './export.ts';
import { follower, type Follow } from './follow.ts';
import { changesOf, type Changes } from './changes.ts';
import { connect, type ConnectionState } from './live/connection.ts';
import { Architectures, Datasets, Lab, Plugins, Workers, type Architecture, type Dataset, type Plugin, type Worker } from './operations/catalogue.ts';
import { readRun, type Run } from './operations/run-fields.ts';
import { ArchiveRuns, DeleteRuns, SetRunNotes, TagRuns } from './operations/labels.ts';
import { CancelRun, CountRuns, RetryRun, RunById, StartRun, type RunFilter } from './operations/runs.ts';
import { CancelStudy, PlanStudy, StudyById, Sweep, type Study, type StudyInput } from './operations/studies.ts';
import { questions, type Questions } from './questions.ts';
import { allRuns, type RunsOptions } from './runs.ts';
import { watcher, type Watch } from './watch.ts';
import { tokenSide, type TokenSide } from './tokens.ts';
import { workerSide, type WorkerSide } from './worker-side.ts';

export interface ClientOptions {
  /** Address of a lab: `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Addresses of further servers of the same lab: where one does not answer, the next is asked, and streams go on there from their cursors. */
  readonly others?: readonly string[] | undefined;
  readonly token?: string | undefined;
  /** Told when the connection of the streams opens, and when it is lost. */
  readonly onConnection?: ((state: ConnectionState) => void) | undefined;
}

/** Which run of which planned study. */
export interface StudyPlace {
  readonly studyId: string;
  readonly key: string;
}

/** A lab at a distance. Every operation throws LabError, with the code and path the server gave, or SERVER_UNREACHABLE. */
export interface Client extends Questions, AsyncDisposable {
  readonly url: string;
  lab(): Promise<Lab>;
  /** Checks, records and queues a run. @param study which run of a planned study it is. */
  startRun(spec: RunSpecInput, study?: StudyPlace): Promise<Run>;
  cancelRun(runId: string): Promise<Run>;
  /** Another attempt of a run that failed or was cancelled, from its last checkpoint. */
  retryRun(runId: string): Promise<Run>;
  run(runId: string): Promise<Run | undefined>;
  /** Newest first or in the order asked for, page by page as they are read. */
  runs(options?: RunsOptions): AsyncGenerator<Run, void, void>;
  /** Runs that pass. @param upTo counted no further: one above it says that there are more. A count takes as long as there is to count. */
  countRuns(filter?: RunFilter, upTo?: number): Promise<number>;
  /** Adds tags to runs and takes others away; all runs or none. */
  tagRuns(runIds: readonly string[], change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Promise<Run[]>;
  /** Replaces the notes of a run: Markdown of at most 100,000 signs. */
  setRunNotes(runId: string, notes: string): Promise<Run>;
  /** Puts runs away, or shows them again; all runs or none. */
  archiveRuns(runIds: readonly string[], archived?: boolean): Promise<Run[]>;
  /** Forgets runs that have ended, for good; all or none. */
  deleteRuns(runIds: readonly string[]): Promise<void>;
  /** Records a study and queues all its runs. */
  sweep(input: StudyInput): Promise<Study>;
  /** Records a study whose runs start from one another, or gives the one of that key its plan anew. */
  planStudy(study: { readonly key: string; readonly name: string; readonly plan: RecordedPlan }): Promise<{ readonly id: string }>;
  study(studyId: string): Promise<Study | undefined>;
  cancelStudy(studyId: string): Promise<Study>;
  readonly follow: Follow;
  readonly changes: Changes;
  plugins(kind?: Plugin['kind']): Promise<Plugin[]>;
  datasets(): Promise<Dataset[]>;
  architectures(): Promise<Architecture[]>;
  workers(): Promise<Worker[]>;
  readonly worker: WorkerSide;
  readonly artifacts: Artifacts;
  readonly export: Export;
  readonly tokens: TokenSide;
  /** Sends a query or mutation of the caller's own, made with `graphql` of this package. */
  readonly ask: Ask;
  /** Follows a subscription of the caller's own, over lost connections. */
  readonly watch: Watch;
}

/** @throws LabError INVALID_INPUT for what is not an address. Nothing is called yet. */
export function createClient({ url, others = [], token, onConnection }: ClientOptions): Client {
  const servers = serversAt([url, ...others], token);
  const ask = asker(servers);
  const connection = connect(servers, onConnection);
  return {
    url,
    lab: async () => (await ask(Lab, {})).lab,
    startRun: async (input, study) => readRun((await ask(StartRun, { input, study: study ?? null })).startRun),
    cancelRun: async (runId) => readRun((await ask(CancelRun, { runId })).cancelRun),
    retryRun: async (runId) => readRun((await ask(RetryRun, { runId })).retryRun),
    async run(id) {
      const { run } = await ask(RunById, { id });
      return run === null ? undefined : readRun(run);
    },
    runs: (options = {}) => allRuns(ask, options),
    countRuns: async (filter, upTo) => (await ask(CountRuns, { filter: filter ?? null, upTo: upTo ?? null })).runs.totalCount,
    tagRuns: async (runIds, { add = [], remove = [] }) => (await ask(TagRuns, { runIds, add, remove })).tagRuns.map(readRun),
    setRunNotes: async (runId, notes) => readRun((await ask(SetRunNotes, { runId, notes })).setRunNotes),
    archiveRuns: async (runIds, archived = true) => (await ask(ArchiveRuns, { runIds, archived })).archiveRuns.map(readRun),
    deleteRuns: async (runIds) => void (await ask(DeleteRuns, { runIds })),
    sweep: async (input) => (await ask(Sweep, { input })).sweep,
    planStudy: async (study) => (await ask(PlanStudy, study)).planStudy,
    study: async (id) => (await ask(StudyById, { id })).study ?? undefined,
    cancelStudy: async (studyId) => (await ask(CancelStudy, { studyId })).cancelStudy,
    ...questions(ask),
    follow: follower(ask, connection, url),
    changes: changesOf(ask, connection, url),
    plugins: async (kind) => (await ask(Plugins, { kind: kind ?? null })).plugins,
    datasets: async () => (await ask(Datasets, {})).datasets,
    architectures: async () => (await ask(Architectures, {})).architectures,
    workers: async () => (await ask(Workers, {})).workers,
    worker: workerSide(ask, connection, url),
    artifacts: artifactsAt(servers),
    export: exporter(servers),
    tokens: tokenSide(ask),
    ask,
    watch: watcher(connection, url),
    [Symbol.asyncDispose]: async () => void (await connection.dispose()),
  };
}
