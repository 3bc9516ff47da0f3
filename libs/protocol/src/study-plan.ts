import { z } from 'zod';
import { Citation } from './catalogue.ts';
import { parse } from './parse.ts';
import { Shown } from './run-spec.ts';
import { maxStudyRuns } from './study.ts';
import { Norm } from './threat-model.ts';

/** `lenet5/entropic/seed0`: which run of a planned study. */
const Key = z.string().min(1).max(200);
const Title = z.string().max(1000);
const list = <Item extends z.ZodType>(item: Item, most = 1000) => z.array(item).max(most).readonly();

/** Which number of a run's final evaluation. */
export const Measure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cleanAccuracy') }),
  z.strictObject({ kind: z.literal('noiseAccuracy'), norm: Norm, epsilon: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('attackSuccess'),
    plugin: z.string().max(100),
    norm: Norm,
    shown: Shown,
    /** Count searches that failed as successes, as a library does that returns an image for them. Default false. */
    failuresCount: z.boolean().optional(),
  }),
]);
export type Measure = z.infer<typeof Measure>;

/** The same measure over several seeds: a run each. */
export const CellPlan = z.strictObject({
  runs: list(Key, 100),
  measure: Measure,
  /** Runs whose audit judges the network that is measured. Default: its own, where they were audited. */
  audited: list(Key, 100).optional(),
  /** Of a control: stands beside the paper's number and is not held against it. Default false. */
  control: z.boolean().optional(),
});
export type CellPlan = z.infer<typeof CellPlan>;

export const RowPlan = z.strictObject({
  title: Title,
  /** The paper's number, a share. Absent where it is not at hand. */
  paper: z.number().min(0).max(1).optional(),
  /** In the order of the table's columns; null: there is no such thing. */
  cells: list(CellPlan.nullable(), 100),
});
export type RowPlan = z.infer<typeof RowPlan>;

export const TablePlan = z.strictObject({
  /** `IV`. */
  id: z.string().max(100),
  title: Title,
  /** Architecture, for those who ask for a part. */
  model: z.string().max(100),
  /** Titles of the cells of each row. */
  columns: list(Title, 100),
  rows: list(RowPlan),
  /** Runs whose diagnosis and verdict stand below: what attack success must be read with. */
  diagnosed: list(Key),
  /** Two networks, image by image of the same set: under each attack that both had, a paired test. Default: none. */
  paired: list(z.strictObject({ title: Title, first: Key, second: Key }), 100).optional(),
});
export type TablePlan = z.infer<typeof TablePlan>;

export const FigurePlan = z.strictObject({
  id: z.string().max(100),
  title: Title,
  model: z.string().max(100),
  /** What the vertical axis shows, with its unit. */
  axis: Title,
  /** A curve for each: over the epochs of one run. */
  curves: list(
    z.strictObject({
      title: Title,
      run: Key,
      metric: z.enum(['networkEntropy', 'entropyFlow', 'cleanAccuracy', 'fgsm']),
      /** Run whose final evaluation is epoch 0: of the network before this training. Default: the curve begins at epoch 1. */
      before: Key.optional(),
    }),
    100,
  ),
});
export type FigurePlan = z.infer<typeof FigurePlan>;

/**
 * What a lab keeps of a study whose runs start from one another: which runs there are to be, and the tables and figures
 * that they fill. Their specs come with the runs.
 */
export const RecordedPlan = z.strictObject({
  title: Title,
  citation: Citation,
  /** Markdown paragraphs: what is asked, and which readings were chosen. */
  introduction: list(z.string().max(10_000), 100),
  /** `short`: what a table calls it, beside others of the same network. Default: its key. */
  runs: list(z.strictObject({ key: Key, title: Title, short: Title.optional() }), maxStudyRuns),
  tables: list(TablePlan),
  figures: list(FigurePlan),
});
export type RecordedPlan = z.infer<typeof RecordedPlan>;

/** @throws LabError INVALID_INPUT with the path of the field. */
export function parseRecordedPlan(value: unknown): RecordedPlan {
  return parse(RecordedPlan, value, 'study');
}
