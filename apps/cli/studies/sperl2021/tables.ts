import type { CellPlan, FigurePlan, Measure, RowPlan, TablePlan } from '@entropic-lab/protocol';
import type { PaperNetwork } from './networks.ts';
import { keyOf, stateTitles, states, type State } from './runs.ts';
import type { Size } from './size.ts';

const attacks = [
  { name: 'fgsm', title: 'FGSM', plugin: 'fgsm', norm: 'linf', part: 'attacks' },
  { name: 'bim', title: 'BIM', plugin: 'bim', norm: 'linf', part: 'attacks' },
  { name: 'pgd', title: 'PGD linf', plugin: 'pgd', norm: 'linf', part: 'attacks' },
  { name: 'pgd l2', title: 'PGD l2', plugin: 'pgd', norm: 'l2', part: 'attacks' },
  { name: 'cw', title: 'C&W, failed searches discarded', plugin: 'carlini-wagner', norm: 'l2', part: 'cw' },
  { name: 'cw counted', title: 'C&W, failed searches counted as found', plugin: 'carlini-wagner', norm: 'l2', part: 'cw', failuresCount: true },
] as const;

const modes = ['paper mode (softmax outputs)', 'correct mode (logits)'] as const;

/** The paper's tables III to VI of one network, its accuracy of Table I, and the controls. */
export function tablesOf(network: PaperNetwork, size: Size): TablePlan[] {
  const context = { network, size };
  const diagnosed = (state: State): string[] => size.seeds.map((seed) => keyOf(network, state, seed, 'attacks'));
  const table = (id: string, title: string, columns: readonly string[], rows: readonly RowPlan[], of: readonly State[]): TablePlan => ({
    id, title: `${title}: ${network.title}`, model: network.architecture, columns, rows, diagnosed: of.flatMap(diagnosed),
  });
  const { paper } = network;
  return [
    table('I', 'Accuracy after pretraining', ['accuracy'], [{ title: 'clean test images', paper: paper.accuracy, cells: [cell(context, 'pretrained', { kind: 'cleanAccuracy' })] }], []),
    table('III', 'Attack success before retraining', modes, attackRows(context, 'pretrained', paper.before), ['pretrained']),
    table('IV', 'Attack success after entropic retraining', modes, attackRows(context, 'entropic', paper.after), ['entropic']),
    table('V', 'Accuracy under noise before retraining', ['accuracy'], noiseRows(context, 'pretrained', paper.accuracy), []),
    table('VI', 'Accuracy after entropic retraining', ['accuracy'], noiseRows(context, 'entropic', paper.accuracyAfter), []),
    table('controls', 'Attack success of the controls, logits shown', states.map((state) => stateTitles[state]), attacks.map(({ name: _, title, ...attack }) => ({ title, cells: states.map((state) => attackCell(context, state, { ...attack, shown: 'logits' })) })), states),
  ];
}

interface Context {
  readonly network: PaperNetwork;
  readonly size: Size;
}

interface AttackRow {
  readonly plugin: string;
  readonly norm: 'linf' | 'l2';
  readonly part: 'attacks' | 'cw';
  readonly failuresCount?: boolean;
  readonly shown: 'logits' | 'probabilities';
}

function attackRows(context: Context, state: State, paper: Readonly<Record<string, number>>): RowPlan[] {
  return attacks.map(({ name, title, ...attack }) => ({
    title,
    ...(paper[name] === undefined ? {} : { paper: paper[name] }),
    cells: (['probabilities', 'logits'] as const).map((shown) => attackCell(context, state, { ...attack, shown })),
  }));
}

function attackCell({ network, size }: Context, state: State, { part, ...measure }: AttackRow): CellPlan {
  return { runs: size.seeds.map((seed) => keyOf(network, state, seed, part)), measure: { kind: 'attackSuccess', ...measure } };
}

function noiseRows(context: Context, state: State, clean: number | undefined): RowPlan[] {
  const { linf, l2 } = context.network.epsilon;
  return [
    { title: 'clean test images', ...(clean === undefined ? {} : { paper: clean }), cells: [cell(context, state, { kind: 'cleanAccuracy' })] },
    { title: `uniform noise, linf ${linf}`, cells: [cell(context, state, { kind: 'noiseAccuracy', norm: 'linf', epsilon: linf })] },
    { title: `Gaussian noise, l2 ${l2}`, cells: [cell(context, state, { kind: 'noiseAccuracy', norm: 'l2', epsilon: l2 })] },
  ];
}

function cell({ network, size }: Context, state: State, measure: Measure): CellPlan {
  return { runs: size.seeds.map((seed) => keyOf(network, state, seed, 'attacks')), measure };
}

/** Figures 1 to 3 (adversarial training) and 4 to 6 (entropic retraining, with its control), one curve a seed. */
export function figuresOf(network: PaperNetwork, size: Size): FigurePlan[] {
  const panels = [
    { metric: 'fgsm', axis: 'FGSM success', what: 'FGSM success' },
    { metric: 'networkEntropy', axis: 'E_N (nats per neuron)', what: 'E_N' },
    { metric: 'entropyFlow', axis: 'E_T (nats per layer)', what: 'E_T' },
  ] as const;
  const trainings = [
    { first: 1, of: ['adversarial'], what: 'adversarial training' },
    { first: 4, of: ['entropic', 'control'], what: 'entropic retraining' },
  ] as const;
  return trainings.flatMap(({ first, of, what }) =>
    panels.map(({ metric, axis, what: measured }, i) => ({
      id: String(first + i),
      title: `${measured} during ${what}: ${network.title}`,
      model: network.architecture,
      axis,
      curves: of.flatMap((state) => size.seeds.map((seed) => ({ title: `${stateTitles[state]}, seed ${seed}`, run: keyOf(network, state, seed), metric }))),
    })),
  );
}
