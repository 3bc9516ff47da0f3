import { loweringFamilies } from './lower/table.ts';

/** Kernels of TF.js that have no row, by the reason why. */
export const withoutRow: Readonly<Record<string, readonly string[]>> = {
  'TF.js writes the operation with other kernels, which have rows': ['LogSoftmax', 'LogicalXor', 'LowerBound', 'UpperBound', 'Pool', 'MatrixBandPart'],
  'the shape of the result depends on values': [
    'BroadcastArgs', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor',
    'SparseFillEmptyRows', 'SparseReshape', 'SparseSegmentMean', 'SparseSegmentSum', 'Unique',
  ],
  'complex numbers': ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  strings: ['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
  'a draw that the recording would freeze: use a hostInput': ['Multinomial'],
  'reads or paints a canvas': ['Draw', 'FromPixels'],
};

const listed = (kernels: readonly string[]) => [...kernels].sort().map((kernel) => `\`${kernel}\``).join(' ');

/** The lowering table as Markdown: which TF.js kernels can be compiled, and which cannot and why. */
export function kernelTable(): string {
  const rows = Object.entries(loweringFamilies).map(([family, table]) => `| ${family} | ${listed(Object.keys(table))} |`);
  const count = Object.values(loweringFamilies).reduce((sum, table) => sum + Object.keys(table).length, 0);
  const missing = Object.entries(withoutRow).map(([reason, kernels]) => `| ${reason} | ${listed(kernels)} |`);
  const without = Object.values(withoutRow).flat().length;
  return [
    `${count} kernels of TF.js 4.22 can be compiled:`, '', '| family | kernels |', '|---|---|', ...rows, '',
    `${without} cannot:`, '', '| why | kernels |', '|---|---|', ...missing,
  ].join('\n');
}
