import { convLowerings } from './conv.ts';
import { countingLowerings } from './counting.ts';
import { dilationLowerings } from './dilation.ts';
import { elementwiseLowerings } from './elementwise.ts';
import type { LoweringTable } from './emitter.ts';
import { gatherLowerings } from './gather.ts';
import { imageLowerings } from './image.ts';
import { matMulLowerings } from './matmul.ts';
import { poolLowerings } from './pool.ts';
import { reduceLowerings } from './reduce.ts';
import { resizeLowerings } from './resize.ts';
import { shapeLowerings } from './shape.ts';
import { volumeLowerings } from './volume.ts';

/** How each TF.js kernel is written in ONNX: one row a kernel, by family. */
export const loweringFamilies: Readonly<Record<string, LoweringTable>> = {
  elementwise: elementwiseLowerings,
  reduction: reduceLowerings,
  shape: shapeLowerings,
  gather: gatherLowerings,
  convolution: convLowerings,
  pool: poolLowerings,
  matmul: matMulLowerings,
  resize: resizeLowerings,
  volume: volumeLowerings,
  image: { ...imageLowerings, ...dilationLowerings },
  counting: countingLowerings,
};

export const loweringTable: LoweringTable = Object.assign({}, ...Object.values(loweringFamilies)) as LoweringTable;
