import type { Citation, FigurePlan, RecordedPlan, RunSpecInput, TablePlan } from '@entropic-lab/protocol';

/** A study of a paper as data: what to compute, and how it is laid out beside the paper's own numbers. */
export interface StudyDefinition {
  /** `sperl2021`: small letters and digits; names its runs, its tag and its report. */
  readonly id: string;
  readonly title: string;
  readonly citation: Citation;
  /** What the study asks, which readings it chose and why: Markdown paragraphs for the report's first page. */
  readonly introduction: readonly string[];
  /** What texts call an architecture of its tables: `LeNet-5 on MNIST`. Default: the architecture. */
  readonly networks?: Readonly<Record<string, string>>;
  /** By name; the first is the default. */
  readonly profiles: Readonly<Record<string, StudyProfile>>;
}

export interface StudyProfile {
  /** How long it takes and what it leaves out, in a line. */
  readonly summary: string;
  readonly plan: StudyPlan;
}

export interface StudyPlan {
  readonly runs: readonly PlannedRun[];
  readonly tables: readonly TablePlan[];
  readonly figures: readonly FigurePlan[];
}

export interface PlannedRun {
  /** `lenet5/entropic/seed0`: unique in its plan. */
  readonly key: string;
  readonly title: string;
  /** What tables call it beside other runs of the same network. Default: its key. */
  readonly short?: string;
  /** The run whose final weights it starts from; becomes `model.fromRun`. */
  readonly after?: string;
  /** Another run that the audit takes for the original; becomes `evaluation.audit.originalRun`. */
  readonly original?: string;
  readonly spec: RunSpecInput;
  /** How long it takes beside the others, for the time left. */
  readonly weight: number;
}

/** Types a study, and gives it back. */
export function defineStudy(definition: StudyDefinition): StudyDefinition {
  return definition;
}

/** What the lab is to keep of it, so that the Studio shows its tables and figures. */
export function recordedPlan({ title, citation, introduction }: StudyDefinition, { runs, tables, figures }: StudyPlan): RecordedPlan {
  return { title, citation, introduction, runs: runs.map(({ key, title: called, short }) => ({ key, title: called, ...(short === undefined ? {} : { short }) })), tables, figures };
}
