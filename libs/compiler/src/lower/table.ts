import { convLowerings } from './conv.ts';
import { elementwiseLowerings } from './elementwise.ts';
import type { LoweringTable } from './emitter.ts';
import { gatherLowerings } from './gather.ts';
import { matMulLowerings } from './matmul.ts';
import { poolLowerings } from './pool.ts';
import { reduceLowerings } from './reduce.ts';
import { resizeLowerings } from './resize.ts';
import { shapeLowerings } from './shape.ts';

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
};

export const loweringTable: LoweringTable = Object.assign({}, ...Object.values(loweringFamilies)) as LoweringTable;
