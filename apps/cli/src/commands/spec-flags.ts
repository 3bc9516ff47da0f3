import { LabError, OWN_MODEL, parseRunSpec, type RunSpec } from '@entropic-lab/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { atLeast, integer } from './flags.ts';

export interface SpecFlags {
  readonly name?: string;
  readonly seed?: number;
  readonly pool?: string;
  readonly priority?: number;
  readonly requireDevice?: string;
  readonly requireMemory?: number;
  readonly dataset?: string;
  readonly datasetOption: readonly NamedValue[];
  readonly trainLimit?: number;
  readonly testLimit?: number;
  readonly model?: string;
  readonly modelOption: readonly NamedValue[];
  readonly fromRun?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly loss?: string;
  readonly lossOption: readonly NamedValue[];
  readonly attack: readonly (Noise & { plugin: string })[];
  readonly noise: readonly Noise[];
  readonly entropyOption: readonly NamedValue[];
  readonly attackExamples?: number;
  readonly attackEvery?: number;
  readonly audit?: Noise;
  readonly battery?: string;
  readonly auditExamples?: number;
  readonly set: readonly NamedValue[];
}

type NamedValue = readonly [name: string, value: unknown];

interface Noise {
  readonly norm?: string;
  readonly epsilon: number;
}

/** @param whole what the name is given to. */
export function specFlags(command: Command, whole = 'run'): Command {
  return command
    .option('--name <text>', `what to call the ${whole}`)
    .option('--seed <number>', 'seed of everything random', integer(0, 0xffff_ffff))
    .option('--pool <name>', 'workers that may take it; default: default')
    .option('--priority <n>', '-100 to 100, larger goes first; default: 0', integer(-100, 100))
    .option('--require-device <kind>', 'cpu or gpu: workers that compute on the other never get it; default: either')
    .option('--require-memory <GiB>', 'memory of the device, at least; default: any', integer(1, 1024))
    .option('--dataset <name>', 'dataset, see `entropic plugins`')
    .option('--dataset-option <name=value>', 'option of the dataset, `--dataset files --dataset-option train=a.npz`; may be repeated', namedValues, [])
    .option('--train-limit <n>', 'use the first n training examples', integer(1))
    .option('--test-limit <n>', 'use the first n test examples', integer(1))
    .option('--model <architecture>', "network, see `entropic plugins`; or a path: model.json of one's own, or its folder")
    .option('--model-option <name=value>', 'option of the network; may be repeated', namedValues, [])
    .option('--from-run <id>', 'start from the weights of this run')
    .option('--epochs <n>', 'train for n epochs; without it the run only evaluates', integer(1))
    .option('--batch-size <n>', 'examples in a step', integer(1))
    .option('--learning-rate <x>', "Adam's learning rate", atLeast(0))
    .option('--loss <plugin>', 'loss to train with')
    .option('--loss-option <name=value>', 'option of the loss; may be repeated', namedValues, [])
    .option('--attack <plugin[:norm]@epsilon>', 'attack the network, `pgd:linf@0.3`; may be repeated', (text, all: SpecFlags['attack']) => [...all, attack(text)], [])
    .option('--attack-examples <n>', 'attack, and add noise to, the first n test examples', integer(1))
    .option('--attack-every <n>', 'attack after every n-th epoch too', integer(0))
    .option('--audit <norm@epsilon>', 'audit the final network, whether its robustness is real: `linf@0.3`', noise)
    .option('--battery <size>', 'of the audit: quick, standard or thorough; default: standard')
    .option('--audit-examples <n>', 'audit the first n test examples; default: as many as are attacked', integer(1))
    .option('--noise <norm@epsilon>', 'measure accuracy under noise, `l2@4.5`; may be repeated', (text, all: readonly Noise[]) => [...all, noise(text)], [])
    .option('--entropy-option <name=value>', 'how entropies are read, `layers=all`, `logarithm=base-2`; may be repeated', namedValues, [])
    .option('--set <path=value>', 'any field of the spec, `evaluation.attacks.0.options.steps=100`; may be repeated, and goes on top of all', namedValues, []);
}

/**
 * A run spec from a JSON file with flags on top, or from flags alone.
 * @throws LabError INVALID_INPUT
 */
export async function readSpec(file: string | undefined, flags: SpecFlags): Promise<RunSpec> {
  return parseRunSpec(await readGiven(file, flags));
}

/**
 * What was given of a spec, however little that is.
 * @throws LabError INVALID_INPUT
 */
export async function readGiven(file: string | undefined, flags: SpecFlags): Promise<unknown> {
  const base = file === undefined ? {} : await readJson(file);
  return flags.set.reduce((spec, [path, value]) => merge(spec, nested(path, value)), merge(base, fromFlags(flags)));
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
    requires: flags.requireDevice === undefined && flags.requireMemory === undefined ? undefined : { device: flags.requireDevice, memoryGiB: flags.requireMemory },
    dataset: { name: flags.dataset, options: options(flags.datasetOption), trainLimit: flags.trainLimit, testLimit: flags.testLimit },
    model: { ...network(flags), fromRun: flags.fromRun },
    training: {
      epochs: flags.epochs,
      batchSize: flags.batchSize,
      optimizer: flags.learningRate === undefined ? undefined : { kind: 'adam', learningRate: flags.learningRate },
      loss: flags.loss === undefined && flags.lossOption.length === 0 ? undefined : { plugin: flags.loss ?? 'cross-entropy', options: options(flags.lossOption) },
    },
    evaluation: {
      attacks: flags.attack.length === 0 ? undefined : flags.attack,
      examples: flags.attackExamples,
      everyEpochs: flags.attackEvery,
      noise: flags.noise.length === 0 ? undefined : flags.noise,
      entropy: options(flags.entropyOption),
      audit: { ...flags.audit, battery: flags.battery, examples: flags.auditExamples },
    },
  };
}

/** What looks like a path is a model of one's own. */
function network({ model, modelOption }: SpecFlags): { architecture?: string | undefined; options: Record<string, unknown> } {
  if (model === undefined || !/[/\\]|\.json$/.test(model)) return { architecture: model, options: options(modelOption) };
  return { architecture: OWN_MODEL, options: { path: resolve(model), ...options(modelOption) } };
}

function options(named: readonly NamedValue[]): Record<string, unknown> {
  return Object.fromEntries(named);
}

/** `a.b` and a value as `{ a: { b: value } }`. */
function nested(path: string, value: unknown): unknown {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** `over` on top of `base`, field by field, place by place in lists; absent fields and empty objects of `over` change nothing. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isRecord(over)) return over;
  if (Array.isArray(base)) return mergeList(base, over);
  const entries = Object.entries(over)
    .map(([key, value]) => [key, merge(isRecord(base) ? base[key] : undefined, value)] as const)
    .filter(([, value]) => value !== undefined);
  if (entries.length === 0) return base;
  return { ...(isRecord(base) ? base : {}), ...Object.fromEntries(entries) };
}

function mergeList(base: readonly unknown[], over: Record<string, unknown>): unknown[] {
  const stray = Object.keys(over).find((key) => !Object.hasOwn(base, key));
  if (stray !== undefined) {
    const places = base.length === 1 ? '0' : `0 to ${base.length - 1}`;
    throw new LabError('INVALID_INPUT', `[run] expected a place of the list, ${places}, got ${stray} (--set). Add the entry with its own flag or in the spec file first.`);
  }
  return base.map((entry, at) => merge(entry, over[String(at)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function namedValues(text: string, previous: readonly NamedValue[]): NamedValue[] {
  return [...previous, namedValue(text)];
}

/** A value that is JSON is read as such, anything else as text. */
function namedValue(text: string): NamedValue {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`expected name=value, got "${text}".`);
  return [text.slice(0, at), jsonOrText(text.slice(at + 1))];
}

export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function attack(text: string): Noise & { plugin: string } {
  const match = /^([^:@]+)(?::([^@]+))?@(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`expected plugin@epsilon or plugin:norm@epsilon, got "${text}".`);
  const [, plugin, norm, epsilon] = match;
  return { plugin: plugin!, ...(norm === undefined ? {} : { norm }), epsilon: atLeast(0)(epsilon!) };
}

function noise(text: string): Noise {
  const match = /^(?:([^@]+)@)?([^@]+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`expected norm@epsilon, got "${text}".`);
  return { ...(match[1] === undefined ? {} : { norm: match[1] }), epsilon: atLeast(0)(match[2]!) };
}
