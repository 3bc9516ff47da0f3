import type { Client } from '@entropic-lab/client';
import { LabError, parseRunSpec, type FinalEvaluation, type RunSpec, type RunSpecInput } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { startLab } from '../lab/start.ts';
import { comparison } from '../terminal/comparison.ts';
import { count, duration } from '../terminal/format.ts';
import { interruption } from '../terminal/interrupt.ts';
import { cancelAndWait } from './cancel.ts';
import { integer, labFlags, type LabFlags } from './flags.ts';
import { serveUntil } from './up.ts';
import { watchRun } from './watch.ts';

interface DemoFlags extends LabFlags {
  readonly exit?: true;
  readonly full?: true;
  readonly train?: number;
  readonly epochs?: number;
  readonly retrainEpochs?: number;
  readonly retrainBatch?: number;
  readonly attackExamples?: number;
  readonly seed: number;
}

/** What a demo takes when no flag says otherwise: some three minutes on two cores, and the paper's own settings. */
const sizes = {
  quick: { train: 60_000, epochs: 3, retrainEpochs: 2, retrainBatch: 4, attackExamples: 1_000 },
  full: { train: 60_000, epochs: 24, retrainEpochs: 200, retrainBatch: 4, attackExamples: 10_000 },
};
type Size = typeof sizes.quick;

export function addDemo(program: Command): void {
  labFlags(program.command('demo').description('pretrain LeNet-5 on MNIST, retrain it entropically, attack both'))
    .option('--exit', 'end when done instead of serving on')
    .option('--full', "the paper's own settings; hours")
    .option('--train <n>', 'training images', integer(1, 60_000))
    .option('--epochs <n>', 'epochs of pretraining', integer(1))
    .option('--retrain-epochs <n>', 'epochs of entropic retraining', integer(1))
    .option('--retrain-batch <n>', 'batch size of entropic retraining', integer(1))
    .option('--attack-examples <n>', 'test images to attack', integer(1, 10_000))
    .option('--seed <n>', 'seed of everything random', integer(0, 0xffff_ffff), 0)
    .action(demo);
}

async function demo(flags: DemoFlags): Promise<void> {
  const interrupted = interruption();
  const size = sizeOf(flags);
  console.log(introduction(size));
  await using lab = await startLab({ ...flags, plugins: flags.plugin, onStep: (step) => console.log(`${step} ...`) });
  console.log(`Watch it at ${lab.url}`);
  const started = Date.now();
  try {
    const before = await runToEnd(lab.client, 'Pretraining', pretraining(size, flags.seed), interrupted);
    const after = await runToEnd(lab.client, 'Entropic retraining', retraining(size, flags.seed, before.id), interrupted);
    console.log(report(size, before.evaluation, after.evaluation));
    console.log(`\nDone in ${duration((Date.now() - started) / 1000)}. Both runs are at ${lab.url}, and can be queried at ${lab.url}/graphql:`);
    for (const { id } of [before, after]) console.log(`  { run(id: "${id}") { status headline { cleanAccuracy networkEntropy entropyFlow } } }`);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    process.exitCode = 130;
  }
  if (flags.exit === true || interrupted.aborted) return;
  console.log('The lab goes on serving. Ctrl-C ends it.');
  await serveUntil(interrupted, lab.broken);
}

function sizeOf(flags: DemoFlags): Size {
  const base = flags.full === true ? sizes.full : sizes.quick;
  return {
    train: flags.train ?? base.train,
    epochs: flags.epochs ?? base.epochs,
    retrainEpochs: flags.retrainEpochs ?? base.retrainEpochs,
    retrainBatch: flags.retrainBatch ?? base.retrainBatch,
    attackExamples: flags.attackExamples ?? base.attackExamples,
  };
}

function introduction(size: Size): string {
  return [
    'Entropic Lab: LeNet-5 on MNIST, before and after entropic retraining (Sperl and Boettinger 2020).',
    `${count(size.train)} of 60,000 training images, ${size.epochs} + ${size.retrainEpochs} epochs (the paper: 24 + 200, batch 4); attacks on ${count(size.attackExamples)} of 10,000 test images.`,
    'This is a small version that shows every part. --full takes the paper\'s own settings, --help lists the flags.',
    '',
  ].join('\n');
}

function attacks(size: Size): RunSpecInput['evaluation'] {
  return {
    attacks: [
      { plugin: 'fgsm', norm: 'linf', epsilon: 0.3 },
      { plugin: 'pgd', norm: 'linf', epsilon: 0.3, preset: 'foolbox' },
    ],
    examples: size.attackExamples,
  };
}

function pretraining(size: Size, seed: number): RunSpec {
  return parseRunSpec({
    name: 'demo: pretraining',
    seed,
    dataset: { name: 'mnist', trainLimit: size.train },
    model: { architecture: 'lenet5' },
    training: { epochs: size.epochs, batchSize: 64 },
    evaluation: attacks(size),
  });
}

function retraining(size: Size, seed: number, fromRun: string): RunSpec {
  return parseRunSpec({
    name: 'demo: entropic retraining',
    seed,
    dataset: { name: 'mnist', trainLimit: size.train },
    model: { architecture: 'lenet5', fromRun },
    training: {
      loss: { plugin: 'entropic', options: { lambda: 1, sigma: 1.65 } },
      optimizer: { kind: 'adam', learningRate: 9e-4 },
      epochs: size.retrainEpochs,
      batchSize: size.retrainBatch,
    },
    evaluation: attacks(size),
  });
}

interface Finished {
  readonly id: string;
  readonly evaluation: FinalEvaluation;
}

/** Starts a run, shows it to its end. Cancels it where Ctrl-C comes first. @throws LabError unless it succeeds. */
async function runToEnd(client: Client, title: string, spec: RunSpec, interrupted: AbortSignal): Promise<Finished> {
  interrupted.throwIfAborted();
  const { id } = await client.startRun(spec);
  console.log(`\n${title} (run ${id})`);
  let evaluation: FinalEvaluation | undefined;
  const status = await watchRun(client, id, {
    signal: interrupted,
    json: false,
    onEvent: ({ body }) => {
      if (body.type === 'evaluated') evaluation = body.evaluation;
    },
  });
  if (status === undefined) await cancelAndWait(client, id);
  if (status !== 'succeeded' || evaluation === undefined) throw new LabError('CANCELLED', `[demo] expected run ${id} to succeed, it was ${status ?? 'cancelled'}. \`entropic watch ${id}\` shows why.`);
  return { id, evaluation };
}

function report(size: Size, before: FinalEvaluation, after: FinalEvaluation): string {
  return [
    '',
    `LeNet-5 on MNIST: accuracy on ${count(before.testExamples)} test images; attack success on those of the first ${count(size.attackExamples)} that are classified correctly.`,
    '',
    comparison([
      { title: 'before', evaluation: before },
      { title: 'after', evaluation: after },
    ]),
    '',
    "The paper (Tables III, IV): FGSM 79.6 % before, 2.95 % after; PGD linf 99.9 % before, 14.48 % after; accuracy 99.05 % before, 97.73 % after.",
    'Read attack success together with the last rows, from the logit margin on: a network whose input gradients are zero hides from these attacks and is not robust.',
  ].join('\n');
}
