import type { AttackDefinition, LossDefinition } from '@entropic-lab/plugin-sdk';
import { loadPackage, pluginRegistry, resolveOptions, type Plugins, type RegisteredAttack } from '@entropic-lab/plugin-sdk/registry';
import { LabError, type AttackSpec, type Hardware, type Options, type RunSpec, type TrainingSpec } from '@entropic-lab/protocol';
import type { Runner } from '@entropic-lab/tensor';
import type { Equipment, PluginSource } from '../ipc.ts';
import { openEngine } from './engine.ts';

/** An attack of a run: what was asked for, what it is, and with which options. */
export interface RunAttack {
  readonly spec: AttackSpec;
  readonly registered: RegisteredAttack;
  readonly options: Options;
}

/** Engine and plugins, ready for use. */
export interface OpenEquipment {
  readonly runner: Runner;
  readonly device: string;
  readonly hardware: Hardware;
  readonly plugins: Plugins;
  /** Plugin packages that could not be loaded; the others are there. */
  readonly problems: readonly LabError[];
  /** @throws LabError UNKNOWN_PLUGIN, INVALID_INPUT. */
  attacksOf(spec: RunSpec): RunAttack[];
  /** @throws LabError UNKNOWN_PLUGIN. */
  trainingPlugins(spec: TrainingSpec): { loss: LossDefinition; attack: AttackDefinition | undefined };
}

/** @param onNote is told what the engine has to say of a function, once each. */
export async function openEquipment(equipment: Equipment, onNote: (note: string) => void): Promise<OpenEquipment> {
  const { plugins, problems } = await loadAll(equipment.plugins);
  const { runner, device, hardware } = await openEngine(equipment, onNote);
  return {
    runner,
    device,
    hardware,
    plugins,
    problems,
    attacksOf: ({ evaluation }) => evaluation.attacks.map((spec, i) => runAttack(plugins, spec, `evaluation.attacks.${i}`)),
    trainingPlugins: ({ loss, trainer }) => ({
      loss: plugins.loss(loss.plugin).definition,
      attack: trainer.kind === 'adversarial' ? plugins.attack(trainer.attack.plugin).definition : undefined,
    }),
  };
}

async function loadAll(sources: readonly PluginSource[]): Promise<{ plugins: Plugins; problems: LabError[] }> {
  const registry = pluginRegistry();
  const problems: LabError[] = [];
  for (const { package: specifier, root } of sources) {
    try {
      const loaded = await loadPackage(specifier, root);
      for (const plugin of loaded.plugins) registry.use(plugin, loaded.from);
    } catch (thrown) {
      problems.push(LabError.from(thrown, 'BAD_PLUGIN'));
    }
  }
  return { plugins: registry.freeze(), problems };
}

function runAttack(plugins: Plugins, spec: AttackSpec, path: string): RunAttack {
  const registered = plugins.attack(spec.plugin);
  const { norm, preset, options } = spec;
  const { norms } = registered.definition;
  if (!norms.includes(norm)) {
    throw new LabError('INVALID_INPUT', `[${spec.plugin}] expected a norm it works in, ${norms.join(', ')}; got ${norm} (${path}.norm). Choose one of them, or another attack.`, { path: `${path}.norm` });
  }
  return { spec, registered, options: resolveOptions(registered.definition, { norm, preset, options, path: `${path}.options` }) };
}
