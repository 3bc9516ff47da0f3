import { LabError, OWN_MODEL, type FinalEvaluation, type RunEvent, type RunSpec } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { localRunner, type Told } from '../lab/local-runner.ts';
import { pluginSources } from '../lab/plugins.ts';
import { auditReport } from '../terminal/audit-report.ts';
import { comparison } from '../terminal/comparison.ts';
import { number } from '../terminal/format.ts';
import { interruption } from '../terminal/interrupt.ts';
import { RunView } from '../terminal/run-view.ts';
import { table } from '../terminal/table.ts';
import { collect, deviceFlag, engineFlag } from './flags.ts';
import { readSpec, specFlags, type SpecFlags } from './spec-flags.ts';

interface OfflineFlags extends SpecFlags {
  readonly weights?: string;
  readonly out?: string;
  readonly original?: string;
  readonly record?: string;
  readonly engine: string;
  readonly device: string;
  readonly plugin: readonly string[];
  readonly json?: true;
}

/** `train`, `attack`, `audit` and `entropy`: the same computation as a run, from the shell, without a lab. */
export function addOffline(program: Command): void {
  const train = offline(program, 'train', 'train a network without a lab, and write its weights')
    .option('--out <file>', 'write the final weights here, as safetensors')
    .action((file: string | undefined, flags: OfflineFlags) => compute(file, flags, { wants: 'training' }));
  const attack = offline(program, 'attack', 'attack a network without a lab').action((file: string | undefined, flags: OfflineFlags) => compute(file, flags, { wants: 'attacks' }));
  const entropy = offline(program, 'entropy', 'measure E(h), E_N and E_T of a network without a lab').action((file: string | undefined, flags: OfflineFlags) => compute(file, flags, { wants: 'entropy' }));
  const audit = offline(program, 'audit', 'say whether the robustness of a network is real, without a lab')
    .option('--original <file>', 'weights of the network before it was made robust: attacks are transferred from it')
    .option('--record <file>', 'keep the lines of the audit here as they end; where the file is there, go on from it')
    .action((file: string | undefined, flags: OfflineFlags) => compute(file, flags, { wants: 'audit' }));
  [train, attack, audit, entropy].forEach((command) => specFlags(command));
}

function offline(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('[spec.json]', 'file with a run spec; flags go on top')
    .option('--weights <file>', 'start from these weights, safetensors, instead of random ones')
    .option(...engineFlag)
    .option(...deviceFlag)
    .option('--plugin <package>', 'load this plugin package or folder too; may be repeated', collect, [])
    .option('--json', 'print each event as a line of JSON');
}

interface Purpose {
  readonly wants: 'training' | 'attacks' | 'audit' | 'entropy';
}

async function compute(file: string | undefined, flags: OfflineFlags, { wants }: Purpose): Promise<void> {
  const spec = specFor(wants, await readSpec(file, flags), flags);
  const interrupted = interruption();
  const folder = await mkdtemp(join(tmpdir(), 'entropic-offline-'));
  try {
    const equipment = { plugins: await pluginSources(process.cwd(), flags.plugin), engine: flags.engine, device: flags.device };
    const weightsFile = flags.weights === undefined ? {} : { weightsFile: resolve(flags.weights) };
    const originalFile = flags.original === undefined ? {} : { originalFile: resolve(flags.original) };
    const auditFile = flags.record === undefined || !existsSync(flags.record) ? {} : { auditFile: resolve(flags.record) };
    // Nobody keeps checkpoints here; the record of an audit is kept line by line.
    const checkpointSeconds = flags.record === undefined ? 1e9 : 0;
    const job = { runId: 'offline', spec, equipment, folder, reportedEpochs: 0, checkpointSeconds, ...weightsFile, ...originalFile, ...auditFile };
    const evaluation = await show(localRunner({ type: 'run', job }, interrupted), { spec, flags });
    if (flags.json !== true) console.log(summary(evaluation, { wants, spec }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws LabError INVALID_INPUT where the command lacks what it is for. */
function specFor(wants: Purpose['wants'], { training, ...spec }: RunSpec, { weights }: OfflineFlags): RunSpec {
  const lacks = (what: string, remedy: string): LabError => new LabError('INVALID_INPUT', `[entropic] expected ${what}, got none. ${remedy}`);
  if (spec.model.fromRun !== undefined) throw new LabError('INVALID_INPUT', '[entropic] expected weights in a file, got a run (model.fromRun). Fetch its weights and give them with --weights.', { path: 'model.fromRun' });
  if (wants === 'training') {
    if (training === undefined) throw lacks('training in the spec', 'Give --epochs.');
    return { ...spec, training };
  }
  if (weights === undefined && spec.model.architecture !== OWN_MODEL) throw lacks('weights', 'Give --weights with a safetensors file, which `entropic train --out` writes, or the path of a model of your own with --model.');
  if (wants === 'audit') return auditOnly(spec, lacks);
  if (wants === 'attacks' && spec.evaluation.attacks.length + spec.evaluation.noise.length === 0) throw lacks('an attack', 'Give --attack, for example --attack pgd@0.3.');
  return wants === 'attacks' ? spec : withoutAudit({ ...spec, evaluation: { ...spec.evaluation, attacks: [], noise: [] } });
}

function auditOnly(spec: RunSpec, lacks: (what: string, remedy: string) => LabError): RunSpec {
  if (spec.evaluation.audit === undefined) throw lacks('a threat model', 'Give --audit, for example --audit linf@0.3.');
  return { ...spec, evaluation: { ...spec.evaluation, attacks: [], noise: [] } };
}

function withoutAudit({ evaluation: { audit: _, ...evaluation }, ...spec }: RunSpec): RunSpec {
  return { ...spec, evaluation };
}

/** Shows what is told as it comes, and keeps the weights. @throws LabError as the runner does. */
async function show(told: AsyncIterable<Told>, { spec, flags }: { spec: RunSpec; flags: OfflineFlags }): Promise<FinalEvaluation> {
  using view = new RunView({ out: process.stdout, epochs: spec.training?.epochs ?? 0 });
  let evaluation: FinalEvaluation | undefined;
  let seq = 0;
  for await (const { body, files } of told) {
    const event: RunEvent = { runId: 'offline', seq: ++seq, attempt: 1, time: new Date().toISOString(), body };
    if (flags.json === true) process.stdout.write(`${JSON.stringify(event)}\n`);
    else view.show(event);
    if (body.type === 'evaluated') evaluation = body.evaluation;
    if (body.type === 'artifact' && body.artifact.kind === 'weights' && flags.out !== undefined) await copyFile(files[0]!.path, flags.out);
    if (body.type === 'artifact' && body.artifact.kind === 'audit' && flags.record !== undefined) await replace(flags.record, files[0]!.path);
  }
  if (evaluation === undefined) throw new LabError('INTERNAL', '[entropic] expected an evaluation at the end, got none. Please report it.');
  return evaluation;
}

/** Whole or not at all, whenever it is interrupted. */
async function replace(file: string, by: string): Promise<void> {
  const beside = `${file}.new`;
  await copyFile(by, beside);
  await rename(beside, file);
}

function summary(evaluation: FinalEvaluation, { wants, spec }: Purpose & { spec: RunSpec }): string {
  const { layers, networkEntropy, entropyFlow } = evaluation.entropies;
  if (evaluation.audit !== undefined && wants === 'audit') return `\n${auditReport(evaluation.audit)}`;
  if (wants !== 'entropy') return `\n${comparison([{ title: 'network', evaluation }])}`;
  const rows = layers.map(({ name, neurons, entropy }) => [name, String(neurons), number(entropy, 4)]);
  return `\n${table([{ title: 'layer', align: 'left' }, { title: 'neurons' }, { title: 'E(h)' }], rows)}\n\nE_N ${number(networkEntropy, 6)}   E_T ${number(entropyFlow, 4)}   (means of ${evaluation.testExamples} test images; ${reading(spec)})`;
}

/** The options of the reading that say most, in words. */
function reading({ evaluation: { entropy } }: RunSpec): string {
  const { layers, logarithm, ...others } = entropy;
  const on = [others.nonPositive === 'zero' ? '' : `h <= 0: ${others.nonPositive}`, others.countInput ? 'input counted' : '', others.normalize ? 'normalized' : ''];
  return [`layers: ${typeof layers === 'string' ? layers : layers.join(' ')}`, `logarithm: ${logarithm}`, ...on].filter((text) => text !== '').join(', ');
}
