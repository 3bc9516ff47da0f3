import { LabError, parseRunSpec, type RunSpec } from '@entropic-lab/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { atLeast, integer } from './flags.ts';

export interface SpecFlags {
  readonly name?: string;
  readonly seed?: number;
  readonly pool?: string;
  readonly priority?: number;
  readonly dataset?: string;
  readonly trainLimit?: number;
  readonly testLimit?: number;
  readonly model?: string;
  readonly fromRun?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly loss?: string;
  readonly lossOption: readonly [string, unknown][];
  readonly attack: readonly { plugin: string; norm?: string; epsilon: number }[];
  readonly attackExamples?: number;
  readonly attackEvery?: number;
}

export function specFlags(command: Command): Command {
  return command
    .option('--name <text>', 'what to call the run')
    .option('--seed <number>', 'seed of everything random', integer(0, 0xffff_ffff))
    .option('--pool <name>', 'workers that may take it; default: default')
    .option('--priority <n>', '-100 to 100, larger goes first; default: 0', integer(-100, 100))
    .option('--dataset <name>', 'dataset, see `entropic plugins`')
    .option('--train-limit <n>', 'use the first n training examples', integer(1))
    .option('--test-limit <n>', 'use the first n test examples', integer(1))
    .option('--model <architecture>', 'network, see `entropic plugins`')
    .option('--from-run <id>', 'start from the weights of this run')
    .option('--epochs <n>', 'train for n epochs; without it the run only evaluates', integer(1))
    .option('--batch-size <n>', 'examples in a step', integer(1))
    .option('--learning-rate <x>', "Adam's learning rate", atLeast(0))
    .option('--loss <plugin>', 'loss to train with')
    .option('--loss-option <name=value>', 'option of the loss; may be repeated', (text, all: [string, unknown][]) => [...all, option(text)], [])
    .option('--attack <plugin[:norm]@epsilon>', 'attack the network, `pgd:linf@0.3`; may be repeated', (text, all: SpecFlags['attack']) => [...all, attack(text)], [])
    .option('--attack-examples <n>', 'attack the first n test examples', integer(1))
    .option('--attack-every <n>', 'attack after every n-th epoch too', integer(0));
}

/**
 * A run spec from a JSON file with flags on top, or from flags alone.
 * @throws LabError INVALID_INPUT
 */
export async function readSpec(file: string | undefined, flags: SpecFlags): Promise<RunSpec> {
  const base = file === undefined ? {} : await readJson(file);
  return parseRunSpec(merge(base, fromFlags(flags)));
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new LabError('INVALID_INPUT', `[run] expected a file with a run spec in JSON, got ${LabError.from(error).message} (${file}).`, { cause: error });
  }
}

function fromFlags(flags: SpecFlags): unknown {
  return {
    name: flags.name,
    seed: flags.seed,
    pool: flags.pool,
    priority: flags.priority,
    dataset: { name: flags.dataset, trainLimit: flags.trainLimit, testLimit: flags.testLimit },
    model: { architecture: flags.model, fromRun: flags.fromRun },
    training: {
      epochs: flags.epochs,
      batchSize: flags.batchSize,
      optimizer: flags.learningRate === undefined ? undefined : { kind: 'adam', learningRate: flags.learningRate },
      loss: flags.loss === undefined && flags.lossOption.length === 0 ? undefined : { plugin: flags.loss ?? 'cross-entropy', options: Object.fromEntries(flags.lossOption) },
    },
    evaluation: {
      attacks: flags.attack.length === 0 ? undefined : flags.attack,
      examples: flags.attackExamples,
      everyEpochs: flags.attackEvery,
    },
  };
}

/** `over` on top of `base`, field by field; absent fields and empty objects of `over` change nothing. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isRecord(over)) return over;
  const entries = Object.entries(over)
    .map(([key, value]) => [key, merge(isRecord(base) ? base[key] : undefined, value)] as const)
    .filter(([, value]) => value !== undefined);
  if (entries.length === 0) return base;
  return { ...(isRecord(base) ? base : {}), ...Object.fromEntries(entries) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function option(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`expected name=value, got "${text}".`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}

function attack(text: string): { plugin: string; norm?: string; epsilon: number } {
  const match = /^([^:@]+)(?::([^@]+))?@(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`expected plugin@epsilon or plugin:norm@epsilon, got "${text}".`);
  const [, plugin, norm, epsilon] = match;
  return { plugin: plugin!, ...(norm === undefined ? {} : { norm }), epsilon: atLeast(0)(epsilon!) };
}
