import { parseRunSpec, type AttackResult, type AuditResult, type Catalogue, type FinalEvaluation, type RunEventBody, type RunSpec, type Verdict, type WorkerSpec } from '@entropic-lab/protocol';
import { randomUUID } from 'node:crypto';

/** A small catalogue: one data set, two architectures, two attacks, two losses. */
export const exampleCatalogue: Catalogue = {
  plugins: [
    {
      kind: 'attack', name: 'pgd', version: '1.2.0', package: '@entropic-lab/attack-pgd', hash: 'a'.repeat(64),
      title: 'Projected gradient descent', summary: 'Steps along the gradient, projected onto the ball.', norms: ['linf', 'l2'], needs: ['gradients'],
      optionsSchema: {
        type: 'object', additionalProperties: false,
        properties: {
          steps: { type: 'integer', minimum: 1, default: 40 },
          stepSize: { type: 'number', exclusiveMinimum: 0, default: 0.01 },
          randomStart: { type: 'boolean', default: true },
        },
      },
      normDefaults: { l2: { steps: 50 } },
      presets: { foolbox: { steps: 40, stepSize: 0.01 }, paper: { steps: 7 } },
    },
    {
      kind: 'attack', name: 'fgsm', version: '1.0.0', package: '@entropic-lab/attack-fgsm', hash: 'b'.repeat(64),
      title: 'Fast gradient sign method', summary: 'One step.', norms: ['linf'], needs: ['gradients'],
      optionsSchema: { type: 'object', additionalProperties: false, properties: {} }, normDefaults: {}, presets: {},
    },
    {
      kind: 'loss', name: 'cross-entropy', version: '1.0.0', package: '@entropic-lab/loss-cross-entropy', hash: 'c'.repeat(64),
      title: 'Cross-entropy', summary: 'From logits.', norms: [], needs: ['logits'],
      optionsSchema: { type: 'object', additionalProperties: false, properties: {} }, normDefaults: {}, presets: {},
    },
    {
      kind: 'loss', name: 'entropic', version: '1.0.0', package: '@entropic-lab/loss-entropic', hash: 'd'.repeat(64),
      title: 'Entropic loss', summary: 'Equation (9).', norms: [], needs: ['logits', 'activations'],
      optionsSchema: {
        type: 'object', additionalProperties: false,
        properties: { lambda: { type: 'number', minimum: 0, default: 1 }, sigma: { type: 'number', default: 1.65 } },
      },
      normDefaults: {},
      presets: {},
    },
  ],
  datasets: [
    {
      name: 'mnist', title: 'MNIST', inputShape: [28, 28, 1], classes: 10, bounds: { min: 0, max: 1 }, trainExamples: 60_000, testExamples: 10_000,
      optionsSchema: { type: 'object', additionalProperties: false, properties: {} },
    },
  ],
  architectures: [
    {
      name: 'lenet5', title: 'LeNet-5', inputShape: [28, 28, 1], classes: 10, parameters: 61_706,
      optionsSchema: { type: 'object', additionalProperties: false, properties: { activation: { enum: ['relu', 'tanh'], default: 'relu' } } },
    },
    {
      name: 'cifar-cnn', title: 'CIFAR CNN', inputShape: [32, 32, 3], classes: 10, parameters: 1_000_000,
      optionsSchema: { type: 'object', additionalProperties: false, properties: {} },
    },
  ],
};

export function exampleWorker(changes: Partial<WorkerSpec> = {}): WorkerSpec {
  return { id: randomUUID(), name: 'example', engine: 'none', device: 'none', slots: 1, pools: ['default'], catalogue: exampleCatalogue, ...changes };
}

export function exampleSpec(changes: Record<string, unknown> = {}): RunSpec {
  return parseRunSpec({
    dataset: { name: 'mnist' },
    model: { architecture: 'lenet5' },
    training: { epochs: 2 },
    evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.3 }] },
    ...changes,
  });
}

export function exampleEpoch(epoch: number): Extract<RunEventBody, { type: 'epoch' }> {
  const metrics = {
    epoch, steps: 10, loss: { total: 1 / epoch, crossEntropy: 1e-7 }, learningRate: 1e-3, cleanAccuracy: 0.5, testExamples: 100,
    entropies: { layers: [{ name: 'conv1', neurons: 4704, entropy: -12.5 }], networkEntropy: -0.5, entropyFlow: 43.1 },
    diagnosis: { medianLogitMargin: 19, zeroGradientShare: 0, saturatedShare: 0.1 },
    attacks: [], trainSeconds: 1.5, evaluationSeconds: 0.25,
  };
  return { type: 'epoch', metrics };
}

/** PGD on four examples: one found, one held, one left undecided, one misclassified before. */
export function exampleAttack(changes: Partial<AttackResult> = {}): AttackResult {
  return {
    plugin: 'pgd', version: '1.2.0', hash: 'a'.repeat(64), norm: 'linf', epsilon: 0.3, options: { steps: 40 }, shown: 'logits', examples: 4,
    outcomes: { found: 1, notFound: 1, error: 0, outOfBudget: 1, skippedMisclassified: 1 },
    attackSuccessRate: 1 / 3, attackSuccessInterval: [0.06, 0.79], robustAccuracy: 0.25, medianDistance: 0.2,
    perExample: {
      label: [7, 2, 1, 0], cleanPrediction: [7, 2, 1, 6], prediction: [3, null, null, null],
      outcome: ['found', 'notFound', 'outOfBudget', 'skippedMisclassified'], distance: [0.2, null, null, null],
    },
    forwardCalls: 41, backwardCalls: 40, seconds: 1, messages: [], ...changes,
  };
}

/** Of the same four examples. */
export function exampleAudit(verdict: Verdict): AuditResult {
  const share = { robust: 1, ofAll: 0.25, ofAllInterval: null, ofCorrect: 1 / 3, ofCorrectInterval: null };
  return {
    verdict, reasons: [], norm: 'linf', epsilon: 0.3, battery: 'quick', seed: 0, examples: 4, correct: 3, claim: share, headline: share, worstCase: share, disproved: 0, pValue: 1, lines: [],
    perExample: { label: [7, 2, 1, 0], cleanPrediction: [7, 2, 1, 6], brokenBy: [null, null, null, null] }, seconds: 1,
  };
}

export function exampleEvaluation(changes: Partial<FinalEvaluation> = {}): FinalEvaluation {
  const { metrics: { cleanAccuracy, testExamples, entropies, diagnosis } } = exampleEpoch(1);
  return { cleanAccuracy, testExamples, entropies, diagnosis, attacks: [], ...changes };
}
