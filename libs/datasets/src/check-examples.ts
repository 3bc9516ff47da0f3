import { badFile } from './bad-file.ts';
import { pixelsPerExample, type ExampleSet } from './example-set.ts';

/** @throws LabError BAD_DATASET_FILE for a label that names no class. @returns the same labels as int32. */
export function checkLabels(labels: ArrayLike<number>, classes: number, file: string, remedy: string): Int32Array {
  const checked = new Int32Array(labels.length);
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw badFile(file, `labels that are whole numbers from 0 to ${classes - 1}`, `label ${label} of example ${at}`, remedy);
    }
    checked[at] = label;
  }
  return checked;
}

/** Float pixels must be numbers within the bounds; bytes always are. @throws LabError BAD_DATASET_FILE. */
export function checkPixels(set: ExampleSet, file: string): ExampleSet {
  if (set.pixels instanceof Uint8Array) return set;
  const { min, max } = set.bounds;
  for (let at = 0; at < set.pixels.length; at++) {
    const value = set.pixels[at]!;
    if (value >= min && value <= max) continue;
    const example = Math.floor(at / pixelsPerExample(set.inputShape));
    const remedy = Number.isNaN(value) ? 'Replace what is not a number, or leave the example out.' : 'Scale the images, or give their bounds in the options "min" and "max".';
    throw badFile(file, `pixels from ${min} to ${max}`, `${value} in example ${example}`, remedy);
  }
  return set;
}
