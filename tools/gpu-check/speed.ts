import type { Runner } from '@entropic-lab/tensor';
import type { Case } from '../bench/cases.ts';
import { TorchPeer, type PeerOptions } from '../bench/peer.ts';
import { measure } from '../bench/speed.ts';

/** Images of a batch of the attack; ten of them, in forty steps each, are PGD-40 on 10,000 images. */
const ATTACKED = 1000;
const cases: readonly Case[] = [
  { task: 'step', model: 'lenet5', batch: 4 },
  { task: 'step', model: 'lenet5', batch: 64 },
  { task: 'step', model: 'cifar-cnn', batch: 64 },
  { task: 'attack', model: 'lenet5', batch: ATTACKED },
];

/** A training step with the entropic loss and Adam in milliseconds, or PGD-40 on 10,000 images in seconds. */
export interface Speed {
  readonly work: string;
  readonly unit: 'ms' | 's';
  readonly ours: number;
  /** Null where PyTorch is not there. */
  readonly pytorch: number | null;
  readonly ratio: number | null;
}

/** @param cuda Whether PyTorch is to compute on the card. */
export async function* speeds(runner: Runner, { cuda, seconds }: { cuda: boolean; seconds: number }): AsyncGenerator<Speed, void, undefined> {
  const options: PeerOptions = { python: process.env['PYTHON'] ?? 'python3', device: cuda ? 'cuda' : 'cpu' };
  const threads = 1;
  using peer = TorchPeer.isThere(options) ? new TorchPeer(threads, options) : undefined;
  for (const which of cases) {
    const lines = await measure(which, { compiled: runner, wasm: undefined, threads, peers: new Map(peer === undefined ? [] : [[threads, peer]]) }, { rounds: 3, seconds });
    const of = (engine: string) => lines.find((line) => line.engine === engine)?.milliseconds.median ?? null;
    const [ours, pytorch] = [of('compiled')!, of('pytorch')];
    const isAttack = which.task === 'attack';
    const told = (ms: number) => Number((isAttack ? (ms * 40 * 10_000) / ATTACKED / 1000 : ms).toPrecision(3));
    yield {
      work: isAttack ? 'PGD-40 on 10,000 images, LeNet-5' : `training step, ${which.model}, batch ${which.batch}`,
      unit: isAttack ? 's' : 'ms', ours: told(ours), pytorch: pytorch === null ? null : told(pytorch), ratio: pytorch === null ? null : Number((ours / pytorch).toPrecision(3)),
    };
  }
}
