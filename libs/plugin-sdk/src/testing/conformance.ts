import { LabError, type Norm, type Options } from '@entropic-lab/protocol';
import { eagerRunner, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { AttackDefinition } from '../attack.ts';
import { checkPlugin } from '../registry/check-plugin.ts';
import { checks } from './checks.ts';

export interface ConformanceOptions {
  /** Options of the attack for the whole kit, to make it quicker or stronger. Default: its defaults for the norm. */
  readonly options?: Options;
  /** Options for the one check that watches every call and so cannot be compiled. Default: `options`. */
  readonly watchedOptions?: Options;
  /** Default: eager TF.js on the backend in use. */
  readonly runner?: Runner;
  /** A second engine, whose images must be the first one's. Default: none. */
  readonly compiled?: Runner;
}

/** What a check is given. */
export interface Subject {
  readonly attack: AttackDefinition;
  readonly norm: Norm;
  readonly options: Options;
  readonly watchedOptions: Options;
  readonly runner: Runner;
  readonly compiled: Runner | undefined;
  /** Whether it climbs gradients, and so has to succeed wherever there is one. */
  readonly climbs: boolean;
}

/** One thing that a check found wrong, in a sentence. */
export type Finding = string;

/** A check by name; `run` gives what is wrong, or nothing. For authors who want a test each. */
export interface ConformanceCheck {
  readonly name: string;
  readonly run: () => Promise<Finding | undefined>;
}

/** Every check for every norm of the attack. The backend must be up. */
export function conformanceChecks(attack: AttackDefinition | unknown, { options = {}, watchedOptions = options, runner = eagerRunner(), compiled }: ConformanceOptions = {}): ConformanceCheck[] {
  const plugin = checkPlugin(attack, 'this package');
  if (plugin.kind !== 'attack') throw new LabError('BAD_PLUGIN', `[conformance] expected an attack, got a ${plugin.kind}.`);
  const climbs = plugin.needs.includes('gradients');
  return plugin.norms.flatMap((norm) =>
    Object.entries(checks).map(([name, check]) => ({
      name: `${name} (${norm})`,
      run: () => guarded({ attack: plugin, norm, options, watchedOptions, runner, compiled, climbs }, check),
    })),
  );
}

/**
 * Runs every check. One call for an author's own test.
 * @throws LabError BAD_PLUGIN with all that was found wrong.
 */
export async function assertConforms(attack: AttackDefinition | unknown, options: ConformanceOptions = {}): Promise<void> {
  const findings: string[] = [];
  for (const { name, run } of conformanceChecks(attack, options)) {
    const finding = await run();
    if (finding !== undefined) findings.push(`- ${name}: ${finding}`);
  }
  if (findings.length === 0) return;
  const { name } = attack as AttackDefinition;
  throw new LabError('BAD_PLUGIN', `[${name}] breaks ${findings.length} of the checks of the conformance kit:\n${findings.join('\n')}`, { path: name });
}

/** Whatever throws is a finding, and so is a tensor that stays. */
async function guarded(subject: Subject, check: (subject: Subject) => Promise<Finding | undefined>): Promise<Finding | undefined> {
  const before = tf.memory().numTensors;
  try {
    const finding = await check(subject);
    const left = tf.memory().numTensors - before;
    return finding ?? (left > 0 ? `it leaves ${left} tensors behind. Do not tf.keep what you do not dispose of.` : undefined);
  } catch (error) {
    return `it throws: ${error instanceof Error ? error.message : String(error)}`;
  }
}
