/** How much of the paper a profile computes, for one network. */
export interface Size {
  readonly seeds: readonly number[];
  /** Training images; undefined: all. */
  readonly trainLimit?: number;
  /** Test images measured; undefined: all. */
  readonly testLimit?: number;
  /** Epochs; undefined: the paper's own. */
  readonly pretrainEpochs?: number;
  readonly entropicEpochs?: number;
  readonly entropicTrainLimit?: number;
  readonly adversarialEpochs: number;
  readonly adversarialTrainLimit?: number;
  /** E_N, E_T are measured every epoch; FGSM every so many. */
  readonly attackEvery: number;
  /** Test images attacked, by C&W, and audited. */
  readonly attacked: number;
  readonly carliniWagner: { readonly examples: number; readonly steps: number; readonly searches: number };
  readonly audited: number;
  readonly battery: 'quick' | 'standard' | 'thorough';
  /** Rough seconds of each phase on two cores, for the time left. */
  readonly seconds: { readonly pretrain: number; readonly adversarial: number; readonly entropic: number; readonly attack: number; readonly carliniWagner: number; readonly audit: number };
}
