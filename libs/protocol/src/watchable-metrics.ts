/** A family of numbers of `EpochMetrics` that early stopping may watch, by path. */
interface Watchable {
  readonly pattern: RegExp;
  readonly example: string;
  /** What the run has to measure for it; the captured number is a place in that list. */
  readonly from?: 'attacks' | 'noise';
}

const watchables: readonly Watchable[] = [
  { pattern: /^cleanAccuracy$/, example: 'cleanAccuracy' },
  { pattern: /^loss\..+$/, example: 'loss.total' },
  { pattern: /^entropies\.(networkEntropy|entropyFlow|layers\.\d+\.entropy)$/, example: 'entropies.entropyFlow' },
  { pattern: /^diagnosis\.(medianLogitMargin|zeroGradientShare|saturatedShare)$/, example: 'diagnosis.medianLogitMargin' },
  { pattern: /^noise\.(\d+)\.accuracy$/, example: 'noise.0.accuracy', from: 'noise' },
  { pattern: /^attacks\.(\d+)\.(attackSuccessRate|robustAccuracy|medianDistance)$/, example: 'attacks.0.robustAccuracy', from: 'attacks' },
  { pattern: /^(trainSeconds|evaluationSeconds|learningRate|steps)$/, example: 'trainSeconds' },
];

/** What a run measures after an epoch, as far as it matters here. */
export interface MeasuredByEpoch {
  readonly attacks: readonly unknown[];
  readonly noise: readonly unknown[];
  readonly everyEpochs: number;
}

/** Why early stopping cannot watch the number at `path`, in words; undefined where it can. */
export function unwatchable(path: string, measured: MeasuredByEpoch): string | undefined {
  const found = watchables.map((row) => ({ row, match: row.pattern.exec(path) })).find(({ match }) => match !== null);
  if (found === undefined) return `expected a number of an epoch, like ${watchables.map(({ example }) => example).join(', ')}`;
  const { from } = found.row;
  if (from === undefined) return undefined;
  const count = measured[from].length;
  if (Number(found.match![1]) >= count) return `expected a place in evaluation.${from}, which has ${count === 0 ? 'none' : `0 to ${count - 1}`}`;
  if (from === 'attacks' && measured.everyEpochs === 0) return 'expected attacks after epochs (evaluation.everyEpochs of at least 1) for early stopping to watch';
  return undefined;
}
