import type { RunSpec } from '@entropic-lab/protocol';
import { integer, normSigns, number, percent } from '../design/format.ts';
import type { Headline, RunRow } from '../lab/operations/run-row.ts';

/** How often a share of test images is meant, in words: the spec may limit it, or take all of the data set. */
export function testImages({ dataset }: RunSpec): string {
  return dataset.testLimit === undefined ? 'all test images' : `${integer(dataset.testLimit)} test images`;
}

export function attackedImages({ dataset, evaluation }: RunSpec): string {
  const count = evaluation.examples ?? dataset.testLimit;
  return count === undefined ? 'all test images' : `the first ${integer(count)} test images`;
}

export function whenMeasured(headline: Headline): string {
  return headline.epoch === null ? 'of the final network' : `after epoch ${headline.epoch}`;
}

export type HeadlineAttack = Headline['attacks'][number];

/** The attack that found most, of those that attacked at all. */
export function worstAttack(headline: Headline | null): HeadlineAttack | undefined {
  const made = (headline?.attacks ?? []).filter(({ attackSuccessRate }) => attackSuccessRate !== null);
  return made.sort((a, b) => b.attackSuccessRate! - a.attackSuccessRate!)[0];
}

export function attackHint(attack: HeadlineAttack, run: Pick<RunRow, 'spec'>): string {
  const budget = `${attack.plugin}, ${normSigns[attack.norm] ?? attack.norm} budget ${number(attack.epsilon)} in units of the pixels`;
  return `${budget}: finds an adversarial example for ${percent(attack.attackSuccessRate)} of those of ${attackedImages(run.spec)} that were classified correctly before.\n${percent(attack.robustAccuracy)} of all of them stay correct.`;
}
