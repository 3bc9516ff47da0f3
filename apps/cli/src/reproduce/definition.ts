import type { Citation, NoiseAccuracy, Norm, RunSpecInput, Shown } from '@entropic-lab/protocol';

/** A study of a paper as data: what to compute, and how it is laid out beside the paper's own numbers. */
export interface StudyDefinition {
  /** `sperl2021`: small letters and digits; names its runs, its tag and its report. */
  readonly id: string;
  readonly title: string;
  readonly citation: Citation;
  /** What the study asks, which readings it chose and why: Markdown paragraphs for the report's first page. */
  readonly introduction: readonly string[];
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
  /** The run whose final weights it starts from; becomes `model.fromRun`. */
  readonly after?: string;
  /** Another run that the audit takes for the original; becomes `evaluation.audit.originalRun`. */
  readonly original?: string;
  readonly spec: RunSpecInput;
  /** How long it takes beside the others, for the time left. */
  readonly weight: number;
}

/** Which number of a run's final evaluation. */
export type Measure =
  | { readonly kind: 'cleanAccuracy' }
  | { readonly kind: 'noiseAccuracy'; readonly norm: NoiseAccuracy['norm']; readonly epsilon: number }
  | {
      readonly kind: 'attackSuccess';
      readonly plugin: string;
      readonly norm: Norm;
      readonly shown: Shown;
      /** Count searches that failed as successes, as a library does that returns an image for them. Default false. */
      readonly failuresCount?: boolean;
    };

/** The same measure over several seeds: a run each. */
export interface CellPlan {
  readonly runs: readonly string[];
  readonly measure: Measure;
}

export interface RowPlan {
  readonly title: string;
  /** The paper's number, a share. Absent where it is not at hand. */
  readonly paper?: number;
  /** In the order of the table's columns; undefined: there is no such thing. */
  readonly cells: readonly (CellPlan | undefined)[];
}

export interface TablePlan {
  /** `IV`. */
  readonly id: string;
  readonly title: string;
  /** Architecture, for those who ask for a part. */
  readonly model: string;
  /** Titles of the cells of each row. */
  readonly columns: readonly string[];
  readonly rows: readonly RowPlan[];
  /** Runs whose diagnosis and verdict stand below: what attack success must be read with. */
  readonly diagnosed: readonly string[];
}

export interface FigurePlan {
  readonly id: string;
  readonly title: string;
  readonly model: string;
  /** What the vertical axis shows, with its unit. */
  readonly axis: string;
  /** A curve for each: over the epochs of one run. */
  readonly curves: readonly { readonly title: string; readonly run: string; readonly metric: 'networkEntropy' | 'entropyFlow' | 'cleanAccuracy' | 'fgsm' }[];
}

/** Types a study, and gives it back. */
export function defineStudy(definition: StudyDefinition): StudyDefinition {
  return definition;
}
