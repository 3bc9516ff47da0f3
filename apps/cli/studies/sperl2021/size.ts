/** How much of the paper a profile computes, for one network. */
export interface Size {
  readonly seeds: readonly number[];
  /** Training images; undefined: all. */
  readonly trainLimit?: number;
  /** Of the data set. */
  readonly datasetOptions?: Readonly<Record<string, unknown>>;
  /** Test images measured; undefined: all. */
  readonly testLimit?: number;
  /** Epochs; undefined: the paper's own. */
  readonly pretrainEpochs?: number;
  readonly entropicEpochs?: number;
  /** Of the control without the entropy term; undefined: as many as with it. */
  readonly controlEpochs?: number;
  readonly entropicTrainLimit?: number;
  readonly adversarialEpochs: number;
  readonly adversarialTrainLimit?: number;
  /** E_N, E_T are measured every epoch; FGSM every so many. */
  readonly attackEvery: number;
  /** Test images attacked, by C&W, and audited. */
  readonly attacked: number;
  readonly carliniWagner: { readonly examples: number; readonly steps: number; readonly searches: number };
  readonly audited: number;
  /** Of pretrained, adversarial, entropic, control, scaled; undefined: all are audited. */
  readonly auditedStates?: readonly string[];
  readonly battery: 'quick' | 'standard' | 'thorough';
  /** Rough seconds of each phase on two cores, for the time left. */
  readonly seconds: { readonly pretrain: number; readonly adversarial: number; readonly entropic: number; readonly attack: number; readonly carliniWagner: number; readonly audit: number };
}
