import { parseRunSpec, type RunSpec } from '@entropic-lab/protocol';
import type { Grid } from '@entropic-lab/studies';
import { count, duration } from '../../terminal/format.ts';
import type { PlannedRun } from '../definition.ts';
import { hasResult, secondsOf } from '../results.ts';
import { namesOf, type Report } from './content.ts';

/** What each run that trains takes and does. */
export function trainingsGrid(report: Report): Grid {
  const names = namesOf(report);
  const rows = report.plan.runs.flatMap((planned) => {
    const { seed, dataset, training } = specIn(report, planned);
    if (training === undefined) return [];
    const { trainer, loss, optimizer, schedule, augment, epochs, batchSize } = training;
    const how = trainer.kind === 'standard' ? '' : trainer.kind === 'free' ? `free, ${given(trainer, ['kind'])}` : `on ${attackText(trainer.attack)}, share ${trainer.share}`;
    return [[
      `${planned.key.split('/')[0]!}, ${names.get(planned.key)!}`, dataText(dataset), planned.after === undefined ? 'random weights' : names.get(planned.after)!,
      [`${loss.plugin} ${given(loss.options)}`.trim(), how].filter((text) => text !== '').join('; '), `${optimizer.kind} ${given(optimizer, ['kind'])}${schedule.kind === 'constant' ? '' : `; ${schedule.kind} ${given(schedule, ['kind'])}`}`,
      String(batchSize), String(epochs), augment.shift === 0 && !augment.flip ? 'none' : given(augment), String(seed),
    ]];
  });
  return [['training', 'images', 'starts from', 'loss', 'optimizer', 'batch', 'epochs', 'augmentation', 'seed'], ...rows];
}

/** Every attack and noise of every run that has a result, with its options as used; runs that share a setting share a row. */
export function attacksGrid({ plan, results }: Report): Grid {
  const rows = new Map<string, { cells: string[]; runs: number }>();
  const put = (cells: string[]): void => {
    const key = cells.join('\n');
    rows.set(key, { cells, runs: (rows.get(key)?.runs ?? 0) + 1 });
  };
  for (const { key } of plan.runs) {
    const outcome = results.get(key);
    if (!hasResult(outcome)) continue;
    for (const { plugin, norm, epsilon, shown, options, examples } of outcome.evaluation.attacks) put([plugin, `${norm} ${epsilon}`, shown, given(options), count(examples)]);
    for (const { norm, epsilon, examples } of outcome.evaluation.noise ?? []) put(['noise', `${norm} ${epsilon}`, '', '', count(examples)]);
    const { audit } = outcome.evaluation;
    if (audit !== undefined) put(['audit', `${audit.norm} ${audit.epsilon}`, 'logits', `battery ${audit.battery}`, count(audit.examples)]);
  }
  return [['attack', 'budget, pixels from 0 to 1', 'shown', 'options', 'images', 'runs'], ...[...rows.values()].map(({ cells, runs }) => [...cells, String(runs)])];
}

/** Every run: what, where, how long, how it ended. */
export function runsGrid({ plan, results }: Report): Grid {
  return [
    ['run', 'id', 'status', 'time', 'computed by', 'seed'],
    ...plan.runs.map(({ key, spec }) => {
      const outcome = results.get(key);
      if (!hasResult(outcome)) return [key, outcome?.run?.id ?? '', outcome?.reason ?? 'not run', '', '', String(spec.seed ?? 0)];
      return [key, outcome.run.id, outcome.run.status, duration(secondsOf(outcome.run)), outcome.computedBy.join('; '), String(spec.seed ?? 0)];
    }),
  ];
}

/** Every plugin that took part, with version and hash of its code: attacks as their results tell, losses and an audit's attacks as the lab has them. */
export function pluginsGrid({ plan, results, plugins }: Report): Grid {
  const seen = new Map<string, string[]>();
  const losses = new Set(plan.runs.flatMap(({ spec }) => (spec.training === undefined ? [] : [spec.training.loss?.plugin ?? 'cross-entropy'])));
  let audited = false;
  for (const outcome of results.values()) {
    if (!hasResult(outcome)) continue;
    audited ||= outcome.evaluation.audit !== undefined;
    for (const { plugin, version, hash } of [...outcome.evaluation.attacks, ...outcome.epochs.flatMap(({ attacks }) => attacks)]) seen.set(`${plugin} ${hash}`, [plugin, 'attack', version, hash]);
  }
  for (const { kind, name, version, hash } of plugins) {
    if (kind === 'loss' ? losses.has(name) : audited && !seen.has(`${name} ${hash}`)) seen.set(`${name} ${hash}`, [name, kind === 'loss' ? 'loss' : 'attack, there for the audit', version, hash]);
  }
  return [['plugin', 'kind', 'version', 'SHA-256 of its code'], ...[...seen.values()].sort((a, b) => (a[0]! < b[0]! ? -1 : 1))];
}

/** By key; what the lab recorded, with every default filled in, where a run has a result. */
export function specsOf({ plan, results }: Report): Record<string, unknown> {
  return Object.fromEntries(
    plan.runs.map(({ key, spec }) => {
      const outcome = results.get(key);
      return [key, hasResult(outcome) ? outcome.run.spec : spec];
    }),
  );
}

function specIn({ results }: Report, { key, spec }: PlannedRun): RunSpec {
  const outcome = results.get(key);
  return outcome?.run === undefined ? parseRunSpec(spec) : outcome.run.spec;
}

function dataText({ name, trainLimit, testLimit }: RunSpec['dataset']): string {
  return `${name}: ${trainLimit === undefined ? 'all training images' : `first ${count(trainLimit)}`}, tested on ${testLimit === undefined ? 'all' : count(testLimit)}`;
}

function attackText({ plugin, norm, epsilon, preset }: { readonly plugin: string; readonly norm?: string | undefined; readonly epsilon: number; readonly preset?: string | undefined }): string {
  return `${plugin} ${norm ?? 'linf'} ${epsilon}${preset === undefined ? '' : `, preset ${preset}`}`;
}

/** `lambda 1, sigma 1.65` */
function given(options: Readonly<Record<string, unknown>>, but: readonly string[] = []): string {
  return Object.entries(options).filter(([name, value]) => !but.includes(name) && value !== undefined).map(([name, value]) => `${name} ${valueText(value)}`).join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
