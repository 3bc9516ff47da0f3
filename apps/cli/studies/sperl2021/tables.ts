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

const modes = ['paper mode (softmax outputs)', 'correct mode (logits)'];

/** The paper's tables III to VI of one network, its accuracy of Table I, and the controls. */
export function tablesOf(network: PaperNetwork, size: Size): TablePlan[] {
  const context = { network, size };
  const diagnosed = (state: State): string[] => size.seeds.map((seed) => keyOf(network, state, seed, 'attacks'));
  const table = (id: string, title: string, { columns = ['accuracy'], rows, of = [] }: Content): TablePlan => ({
    id, title: `${title}: ${network.title}`, model: network.architecture, columns, rows, diagnosed: of.flatMap(diagnosed),
  });
  const { paper } = network;
  return [
    table('I', 'Accuracy after pretraining', { rows: [{ title: 'clean test images', paper: paper.accuracy, cells: [trainedAccuracy(context)] }] }),
    table('III', 'Attack success before retraining', { columns: modes, rows: attackRows(context, 'pretrained', paper.before), of: ['pretrained'] }),
    table('IV', 'Attack success after entropic retraining', { columns: [...modes, `control: ${stateTitles.control} (logits)`], rows: attackRows(context, 'entropic', paper.after, 'control'), of: ['entropic', 'control'] }),
    table('V', 'Accuracy under noise before retraining', { rows: noiseRows(context, 'pretrained', paper.accuracy) }),
    table('VI', 'Accuracy after entropic retraining', { rows: noiseRows(context, 'entropic', paper.accuracyAfter) }),
    { ...table('controls', 'Attack success of the controls, logits shown', { columns: states.map((state) => stateTitles[state]), rows: controlRows(context), of: states }), paired: pairs(context) },
  ];
}

interface Content {
  readonly columns?: readonly string[];
  readonly rows: readonly RowPlan[];
  /** Whose diagnosis stands below. */
  readonly of?: readonly State[];
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

/** Both modes, and the logits of a control beside them. */
function attackRows(context: Context, state: State, paper: Readonly<Record<string, number>>, control?: State): RowPlan[] {
  return attacks.map(({ name, title, ...attack }) => ({
    title,
    ...(paper[name] === undefined ? {} : { paper: paper[name] }),
    cells: [
      ...(['probabilities', 'logits'] as const).map((shown) => attackCell(context, state, { ...attack, shown })),
      ...(control === undefined ? [] : [{ ...attackCell(context, control, { ...attack, shown: 'logits' }), control: true }]),
    ],
  }));
}

function controlRows(context: Context): RowPlan[] {
  return attacks.map(({ name: _, title, ...attack }) => ({ title, cells: states.map((state) => attackCell(context, state, { ...attack, shown: 'logits' })) }));
}

function attackCell({ network, size }: Context, state: State, { part, ...measure }: AttackRow): CellPlan {
  const keys = (of: 'attacks' | 'cw'): string[] => size.seeds.map((seed) => keyOf(network, state, seed, of));
  return { runs: keys(part), measure: { kind: 'attackSuccess', ...measure }, audited: keys('attacks') };
}

/** The retrained network against the one before it and against the control, on the same images. */
function pairs({ network, size }: Context): NonNullable<TablePlan['paired']> {
  return (['pretrained', 'control'] as const).flatMap((other) =>
    size.seeds.map((seed) => ({ title: `${stateTitles.entropic} and ${stateTitles[other]}, seed ${seed}`, first: keyOf(network, 'entropic', seed, 'attacks'), second: keyOf(network, other, seed, 'attacks') })),
  );
}

/** As the pretraining itself measured it, so that Table I alone needs no attack. */
function trainedAccuracy({ network, size }: Context): CellPlan {
  return { runs: size.seeds.map((seed) => keyOf(network, 'pretrained', seed)), measure: { kind: 'cleanAccuracy' } };
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

/** Figures 1 to 3 (adversarial training) and 4 to 6 (entropic retraining, with its control), one curve a seed; each begins with the pretrained network. */
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
      curves: of.flatMap((state) => size.seeds.map((seed) => ({ title: `${stateTitles[state]}, seed ${seed}`, run: keyOf(network, state, seed), metric, before: keyOf(network, 'pretrained', seed, ...(metric === 'fgsm' ? ['attacks' as const] : [])) }))),
    })),
  );
}
