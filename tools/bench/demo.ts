import { compiledRunner } from '@entropic-lab/compiler';
import { exampleSet, type Dataset } from '@entropic-lab/datasets';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { entropicLoss } from '@entropic-lab/loss-entropic';
import { createNetwork } from '@entropic-lab/models';
import type { LossDefinition } from '@entropic-lab/plugin-sdk';
import { TrainingSpec } from '@entropic-lab/protocol';
import { eagerRunner, Rng, type Runner } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import { spread } from './cases.ts';

/** A training step as the lab takes it, batches and progress included. */
export interface DemoStep {
  readonly phase: string;
  readonly batch: number;
  /** Medians of a step. */
  readonly compiledMilliseconds: number;
  readonly eagerMilliseconds: number;
  readonly timesFaster: number;
}

interface Phase {
  readonly phase: string;
  readonly loss: LossDefinition;
  readonly training: object;
}

/** What `entropic demo` asks the lab for. */
const phases: readonly Phase[] = [
  { phase: 'pretraining', loss: crossEntropyLoss, training: { batchSize: 64 } },
  {
    phase: 'entropic retraining',
    loss: entropicLoss,
    training: { batchSize: 4, loss: { plugin: 'entropic', options: { lambda: 1, sigma: 1.65 } }, optimizer: { kind: 'adam', learningRate: 9e-4 } },
  },
];

const bounds = { min: 0, max: 1 };

function digits(count: number): Pick<Dataset, 'train' | 'bounds'> {
  const labels = Int32Array.from({ length: count }, (_, at) => at % 10);
  return { bounds, train: exampleSet({ name: 'noise', inputShape: [28, 28, 1], classes: 10, bounds, pixels: new Rng(1).uniform(count * 784), labels }) };
}

/** Milliseconds of a step in each epoch but the first, which compiles. */
async function epochs({ loss, training }: Phase, runner: Runner, steps: number): Promise<number[]> {
  const spec = TrainingSpec.parse({ epochs: 4, ...training });
  using network = createNetwork('lenet5', { rng: new Rng(1) });
  const times: number[] = [];
  for await (const item of train({ network, dataset: digits(steps * spec.batchSize), spec, loss, runner, rng: new Rng(2) })) {
    if (item.kind === 'epoch' && item.epoch > 1) times.push((item.trainSeconds * 1000) / item.steps);
  }
  return times;
}

/** The demo's steps, compiled and by eager TF.js on WASM, its fastest engine that npm alone installs; in turn, several rounds. */
export async function* demoSteps({ threads, rounds }: { threads: number; rounds: number }): AsyncGenerator<DemoStep> {
  await using compiled = compiledRunner({ threads });
  for (const each of phases) {
    const [ours, eager]: [number[], number[]] = [[], []];
    const { batchSize } = TrainingSpec.parse({ epochs: 1, ...each.training });
    for (let round = 0; round < rounds; round++) {
      ours.push(...(await epochs(each, compiled, 6400 / batchSize)));
      eager.push(...(await epochs(each, eagerRunner(), 256 / batchSize)));
    }
    const [fast, slow] = [spread(ours).median, spread(eager).median];
    yield { phase: each.phase, batch: batchSize, compiledMilliseconds: round3(fast), eagerMilliseconds: round3(slow), timesFaster: round3(slow / fast) };
  }
}

const round3 = (value: number) => Number(value.toPrecision(3));
