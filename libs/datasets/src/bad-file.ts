import { LabError } from '@entropic-lab/protocol';

/** One line for every way in which a dataset file can be wrong: which file, what it should hold, what it holds, what to do. */
export function badFile(file: string, expected: string, got: string, remedy: string): LabError {
  return new LabError('BAD_DATASET_FILE', `[datasets] expected ${expected}, got ${got} (${file}). ${remedy}`, { path: file });
}
