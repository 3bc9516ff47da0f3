import type { Attributes, TensorType } from '../graph/graph.ts';
import { untraceable } from '../errors.ts';
import { convRules } from './conv.ts';
import { elementwiseRules } from './elementwise.ts';
import { gatherRules } from './gather.ts';
import { imageRules } from './image.ts';
import { intrinsicRules } from './intrinsics.ts';
import { reduceRules } from './reduce.ts';
import type { RuleTable } from './rule.ts';
import { shapeRules } from './shape.ts';
import { volumeRules } from './volume.ts';

/** A shape rule for each TF.js kernel the compiler understands. */
export const shapeRuleTable: RuleTable = {
  ...elementwiseRules,
  ...reduceRules,
  ...shapeRules,
  ...convRules,
  ...gatherRules,
  ...volumeRules,
  ...imageRules,
};

/** The outputs of a kernel call. @throws LabError UNTRACEABLE for a kernel without a rule. */
export function inferOutputs(kernel: string, inputs: Readonly<Record<string, TensorType>>, attributes: Attributes): readonly TensorType[] {
  const rule = shapeRuleTable[kernel] ?? intrinsicRules[kernel];
  if (rule === undefined) throw untraceable(`no shape rule for the kernel ${kernel}`, 'Compute it outside the function, or run with fallback: \'eager\'');
  return rule({ kernel, inputs, attributes });
}
