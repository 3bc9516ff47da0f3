import { LabError, type RunSpec } from '@entropic-lab/protocol';
import type { Store } from '@entropic-lab/store';
import { completeDataset } from './dataset.ts';
import { completeModel } from './model.ts';
import { offeredBy, type Offered } from './offered.ts';
import { completeAttack, completePlugin } from './plugin.ts';

/**
 * The spec as it will be computed: checked against what registered workers offer, with presets and defaults of every
 * option filled in.
 * @throws LabError with the path of the field: NO_CATALOGUE, UNKNOWN_PLUGIN, UNKNOWN_DATASET, UNKNOWN_ARCHITECTURE,
 *   UNKNOWN_RUN, RUN_NOT_FINISHED, BAD_WEIGHTS, INVALID_INPUT.
 */
export async function checkSpec(store: Store, spec: RunSpec): Promise<RunSpec> {
  const offered = await offeredBy(store);
  if (offered.nothing) throw new LabError('NO_CATALOGUE', '[run spec] expected a registered worker whose catalogue tells what can be computed, got none. Start a worker first.');
  const dataset = completeDataset(offered, spec);
  const model = await completeModel(store, offered, spec);
  requireWeights(offered, spec);
  const attacks = spec.evaluation.attacks.map((attack, at) => completeAttack(offered, attack, `evaluation.attacks.${at}`));
  const training = completeTraining(offered, spec.training);
  return { ...spec, dataset, model, ...(training === undefined ? {} : { training }), evaluation: { ...spec.evaluation, attacks } };
}

function completeTraining(offered: Offered, training: RunSpec['training']): RunSpec['training'] {
  if (training === undefined) return undefined;
  const loss = completePlugin(offered, { kind: 'loss', use: training.loss, path: 'training.loss' });
  const { trainer } = training;
  if (trainer.kind !== 'adversarial') return { ...training, loss };
  const attack = completeAttack(offered, trainer.attack, 'training.trainer.attack');
  return { ...training, loss, trainer: { ...trainer, attack } };
}

function requireWeights({ architectures }: Offered, { training, model }: RunSpec): void {
  if (training !== undefined || model.fromRun !== undefined) return;
  if (architectures.some(({ name, pretrained }) => name === model.architecture && pretrained === true)) return;
  throw new LabError('INVALID_INPUT', '[run spec] expected training or weights to evaluate, got neither (training). Say how to train, or name a run in model.fromRun.', { path: 'training' });
}
