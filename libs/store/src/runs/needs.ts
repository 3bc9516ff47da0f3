import type { AttackSpec, Catalogue, RunSpec } from '@entropic-lab/protocol';

/** What a worker must offer to compute the spec, each once. */
export function needsOf(spec: RunSpec): string[] {
  const { training } = spec;
  const attacks: AttackSpec[] = [...spec.evaluation.attacks];
  if (training?.trainer.kind === 'adversarial') attacks.push(training.trainer.attack);
  const needs = [
    `dataset:${spec.dataset.name}`,
    `architecture:${spec.model.architecture}`,
    ...(training === undefined ? [] : [`loss:${training.loss.plugin}`]),
    ...attacks.map((attack) => `attack:${attack.plugin}`),
  ];
  return [...new Set(needs)];
}

/** What a worker with the catalogue offers, in the same words. */
export function offersOf(catalogue: Catalogue): string[] {
  return [
    ...catalogue.datasets.map(({ name }) => `dataset:${name}`),
    ...catalogue.architectures.map(({ name }) => `architecture:${name}`),
    ...catalogue.plugins.map(({ kind, name }) => `${kind}:${name}`),
  ];
}
