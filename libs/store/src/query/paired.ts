import { discordant, mcnemar } from '@entropic-lab/protocol';
import type { Session } from '../session.ts';
import { attackedRun, refuseDifferentSets, type AttackedRun, type AttackKey } from './examples.ts';

export interface PairedQuestion {
  readonly attack: AttackKey;
  /** Runs. */
  readonly first: string;
  readonly second: string;
}

/** Two runs under one attack, image by image. */
export interface PairedTest {
  readonly first: AttackedRun;
  readonly second: AttackedRun;
  /** Images that both were attacked on. */
  readonly images: number;
  /** Of these, withstood by both, by one alone, and by neither. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** McNemar's exact test, two-sided. */
  readonly pValue: number;
}

/**
 * Whether one of two runs withstands an attack better than chance explains: place by place of the test set, over the images that
 * both were attacked on. Errors and exhausted budgets do not count as robust, nor do images that are misclassified before.
 * @throws LabError UNKNOWN_RUN; INVALID_INPUT for a run without that attack, and for runs on different test sets.
 */
export async function testPaired(session: Session, question: PairedQuestion): Promise<PairedTest> {
  const [first, second] = await Promise.all((['first', 'second'] as const).map((path) => attackedRun(session, question.attack, { runId: question[path], path })));
  refuseDifferentSets([first!, second!], 'second');
  const images = Math.min(first!.columns.outcome.length, second!.columns.outcome.length);
  const [a, b] = [first!, second!].map(({ columns }) => columns.outcome.slice(0, images).map((outcome) => outcome === 'notFound'));
  const { firstOnly, secondOnly } = discordant(a!, b!);
  const both = a!.filter((robust, at) => robust && b![at]).length;
  return { first: first!, second: second!, images, both, onlyFirst: firstOnly, onlySecond: secondOnly, neither: images - both - firstOnly - secondOnly, pValue: mcnemar({ firstOnly, secondOnly }) };
}
