import type { Battery } from '@entropic-lab/protocol';

/** How much work each line does. */
export interface Scale {
  /** Lines that indicate look at so many of the correctly classified examples, the first; attacks of the headline at all. */
  readonly sample: number;
  /** Steps of PGD where only the loss or the view of the network differs from the claim's attack. */
  readonly pgdSteps: number;
  /** Restarts, and steps of a longer attack. */
  readonly restarts: number;
  readonly manySteps: number;
  readonly noiseRepeats: number;
  /** Answers of a random network that are averaged. */
  readonly draws: number;
  /** Steps of APGD and FAB, and classes that their targeted forms try. */
  readonly autoSteps: number;
  readonly targets: number;
  /** Queries of Square: in the headline, and on the sample against white-box attacks. */
  readonly queries: number;
  readonly sampleQueries: number;
  /** Examples that the decision-based attack gets, and its leaps; of the paper's 64 the first bring the most. */
  readonly decisionSample: number;
  readonly decisionSteps: number;
  /** Steps of the search for short perturbations, and examples that get a CLEVER score. */
  readonly minimalSteps: number;
  readonly cleverSample: number;
  /** Steps of 64 images in which the surrogate learns the network's answers. */
  readonly surrogateSteps: number;
}

/**
 * `thorough` has the steps, targets and queries of AutoAttack and the paper's of each attack. `standard` ends within ten
 * minutes for LeNet-5 and 1,000 images on two cores. `quick` is for tens of images in a test.
 */
export const scales: Readonly<Record<Battery, Scale>> = {
  quick: {
    sample: 40, pgdSteps: 40, restarts: 2, manySteps: 100, noiseRepeats: 5, draws: 5, autoSteps: 25, targets: 3,
    queries: 500, sampleQueries: 300, decisionSample: 5, decisionSteps: 3, minimalSteps: 50, cleverSample: 2, surrogateSteps: 150,
  },
  standard: {
    sample: 200, pgdSteps: 40, restarts: 5, manySteps: 200, noiseRepeats: 20, draws: 10, autoSteps: 100, targets: 9,
    queries: 2000, sampleQueries: 1000, decisionSample: 20, decisionSteps: 10, minimalSteps: 100, cleverSample: 10, surrogateSteps: 400,
  },
  thorough: {
    sample: 1000, pgdSteps: 40, restarts: 10, manySteps: 1000, noiseRepeats: 100, draws: 30, autoSteps: 100, targets: 9,
    queries: 5000, sampleQueries: 5000, decisionSample: 100, decisionSteps: 30, minimalSteps: 1000, cleverSample: 50, surrogateSteps: 2000,
  },
};
