import { brief, LabError, type Norm, type Options } from '@entropic-lab/protocol';
import type { z } from 'zod';
import type { AttackDefinition } from '../attack.ts';
import type { LossDefinition } from '../loss.ts';
import { suggestion } from './near-miss.ts';

export interface OptionChoice {
  /** Norm the attack will work in, for its `normDefaults`. */
  readonly norm?: Norm | undefined;
  readonly preset?: string | undefined;
  readonly options?: Options | undefined;
  /** Path of the options in the input, for messages: `evaluation.attacks.0.options`. Default: `options`. */
  readonly path?: string | undefined;
}

/**
 * The options a plugin runs with: its schema's defaults, those of the norm, the preset, and `options` on top.
 * @throws LabError INVALID_INPUT that names the plugin, the option, what was expected and what came.
 */
export function resolveOptions(plugin: AttackDefinition | LossDefinition, { norm, preset, options = {}, path = 'options' }: OptionChoice): Options {
  const normDefaults = plugin.kind === 'attack' && norm !== undefined ? plugin.normDefaults?.[norm] : undefined;
  const merged = { ...normDefaults, ...presetOf(plugin, preset, path), ...options };
  const parsed = plugin.options.safeParse(merged, { reportInput: true });
  if (parsed.success) return parsed.data as Options;
  const issue = parsed.error.issues[0]!;
  const known = Object.keys(plugin.options.shape);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    throw invalid(`[${plugin.name}] unknown option ${key} (${path}.${key}).${suggestion(key, known)}`, `${path}.${key}`);
  }
  const at = [path, ...issue.path.map(String)].join('.');
  throw invalid(`[${plugin.name}] ${expectation(issue)}, got ${brief(issue.input)} (${at}).`, at);
}

function presetOf(plugin: AttackDefinition | LossDefinition, preset: string | undefined, path: string): Options {
  if (preset === undefined) return {};
  const presets = plugin.presets ?? {};
  if (Object.hasOwn(presets, preset)) return presets[preset] as Options;
  const at = path.replace(/options$/, 'preset');
  const names = Object.keys(presets);
  throw invalid(`[${plugin.name}] unknown preset "${preset}" (${at}).${suggestion(preset, names)}`, at);
}

function expectation(issue: z.core.$ZodIssue): string {
  const text = issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function invalid(message: string, path: string): LabError {
  return new LabError('INVALID_INPUT', message, { path });
}

