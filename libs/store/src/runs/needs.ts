import type { AttackSpec, Hardware, RunSpec, WorkerSpec } from '@entropic-lab/protocol';

/** What a worker must offer to compute the spec, each once. */
export function needsOf(spec: RunSpec): string[] {
  const { training, requires = {} } = spec;
  const attacks: AttackSpec[] = [...spec.evaluation.attacks];
  if (training?.trainer.kind === 'adversarial') attacks.push(training.trainer.attack);
  const needs = [
    `dataset:${spec.dataset.name}`,
    `architecture:${spec.model.architecture}`,
    ...(training === undefined ? [] : [`loss:${training.loss.plugin}`]),
    ...attacks.map((attack) => `attack:${attack.plugin}`),
    ...(requires.device === undefined ? [] : [`device:${requires.device}`]),
    ...(requires.memoryGiB === undefined ? [] : [memory(requires.memoryGiB)]),
  ];
  return [...new Set(needs)];
}

/** What a worker offers, in the same words. */
export function offersOf({ catalogue, hardware }: Pick<WorkerSpec, 'catalogue' | 'hardware'>): string[] {
  return [
    ...catalogue.datasets.map(({ name }) => `dataset:${name}`),
    ...catalogue.architectures.map(({ name }) => `architecture:${name}`),
    ...catalogue.plugins.map(({ kind, name }) => `${kind}:${name}`),
    ...(hardware === undefined ? [] : [`device:${hardware.device}`, ...memoriesWithin(hardware)]),
  ];
}

/** Sizes as people name them: a card of 80 GiB reports a little less. */
function memoriesWithin({ memoryMiB = 0 }: Hardware): string[] {
  return Array.from({ length: Math.min(Math.round(memoryMiB / 1024), largestGiB) }, (_, at) => memory(at + 1));
}

/** The most that a spec may require. */
const largestGiB = 1024;

/** In whole GiB, of which a worker offers each up to its own: so the queue compares words alone. */
function memory(gib: number): string {
  return `memory:${gib}GiB`;
}
