import { createContext, useContext } from 'react';
import type { LabErrorRecord } from '@entropic-lab/protocol';
import { at, type Draft, type Json, type Path } from './draft.ts';

/** What every field of the form needs: the request so far, how to change it, and what the lab said of it. */
export interface Form {
  readonly draft: Draft;
  set(path: Path, value: Json | undefined): void;
  readonly error: LabErrorRecord | undefined;
}

export const FormContext = createContext<Form | undefined>(undefined);

export function useForm(): Form {
  return useContext(FormContext)!;
}

/** The value at a path, how to change it, and the error that names exactly it. */
export function useField(path: Path): { readonly value: Json | undefined; readonly error: string | undefined; set(value: Json | undefined): void } {
  const { draft, set, error } = useForm();
  return { value: at(draft, path), error: error?.path === path ? error.message : undefined, set: (value) => set(path, value) };
}

/** Id of the field at a path, by which an error is found on the page. */
export function fieldId(path: Path): string {
  return `field-${path.replaceAll('.', '-')}`;
}
