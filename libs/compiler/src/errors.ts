import { LabError } from '@entropic-lab/protocol';

/** A function cannot be compiled. `remedy` says what its author, or the user, can do. */
export function untraceable(what: string, remedy: string, cause?: unknown): LabError {
  return new LabError('UNTRACEABLE', `[compiler] ${what}. ${remedy}`, cause === undefined ? {} : { cause });
}

export function invalid(expected: string, got: string, path: string, remedy: string): LabError {
  return new LabError('INVALID_INPUT', `[compiler] expected ${expected}, got ${got} (${path}). ${remedy}`, { path });
}
