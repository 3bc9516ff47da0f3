import { readSafetensors, toArray, writeSafetensors, type TensorArray } from '@entropic-lab/models';
import { LabError, type TrainingSpec } from '@entropic-lab/protocol';
import { leafPaths, leaves, mapTree } from '@entropic-lab/tensor';
import { tensor } from '@tensorflow/tfjs-core';
import type { Patience } from './early-stop.ts';
import { fromVersion1 } from './older-checkpoint.ts';
import type { TrainState } from './training-state.ts';

/** 2: optimizers remember decayed sums instead of means. */
const VERSION = 2;

/** Where a training stands, beside its tensors. With the seed of the run this is all that the rest depends on. */
export interface Position {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Steps taken in all of them. */
  readonly step: number;
  readonly reference: Readonly<Record<string, number>>;
  readonly patience: Patience;
}

/** What a checkpoint says beside the state. */
export interface CheckpointNotes {
  readonly position: Position;
  readonly spec: TrainingSpec;
  /** Of the engine that computed it, where it tells. */
  readonly threads?: number | undefined;
}

/** State and notes as safetensors bytes: tensors by path (`params.dense_1/kernel`), the rest as JSON in the metadata. */
export async function writeCheckpoint(state: TrainState, notes: CheckpointNotes): Promise<Uint8Array> {
  const paths = leafPaths(state);
  const arrays = await Promise.all(leaves(state).map(toArray));
  return writeSafetensors({
    tensors: Object.fromEntries(paths.map((path, place) => [path, arrays[place]!])),
    metadata: { checkpoint: JSON.stringify({ version: VERSION, ...notes }) },
  });
}

/** A checkpoint that was read: where it stands, and its state once the form of that is known. */
export interface OpenCheckpoint {
  readonly position: Position;
  /** The state, of the form of `form`; the caller owns it. @throws LabError BAD_WEIGHTS where it has another form. */
  restore(form: TrainState): TrainState;
}

/** Of this version or an older one. @throws LabError BAD_WEIGHTS where the bytes are damaged or belong to another training spec. */
export function openCheckpoint(bytes: Uint8Array, spec: TrainingSpec): OpenCheckpoint {
  const { tensors, metadata } = readSafetensors(bytes, 'checkpoint');
  const { version, position, spec: saved } = notesOf(metadata) as { version?: number; position: Position; spec: unknown };
  if (version !== 1 && version !== VERSION) throw foreign(`a training checkpoint of version ${VERSION} or older`, `version ${version ?? 'none'}`);
  if (JSON.stringify(saved) !== JSON.stringify(spec)) throw foreign('a checkpoint of the same training spec', 'one of another');
  const state = version === 1 ? fromVersion1(tensors, spec) : tensors;
  return { position, restore: (form) => restore(state, form) };
}

/** How many threads a checkpoint was computed with; undefined where it does not say. Going on with as many gives the same bits. */
export function checkpointThreads(bytes: Uint8Array): number | undefined {
  return notesOf(readSafetensors(bytes, 'checkpoint').metadata).threads;
}

function notesOf(metadata: Readonly<Record<string, string>>): Partial<CheckpointNotes> & { readonly version?: number } {
  return JSON.parse(metadata['checkpoint'] ?? '{}') as Partial<CheckpointNotes> & { readonly version?: number };
}

function restore(tensors: Readonly<Record<string, TensorArray>>, form: TrainState): TrainState {
  const paths = leafPaths(form);
  const stray = Object.keys(tensors).find((name) => !paths.includes(name));
  if (stray !== undefined) throw foreign('the state of this training', `${stray} besides`);
  return mapTree(form, (leaf, path) => restored(path, leaf.shape, tensors[path]));
}

function restored(path: string, shape: readonly number[], array: TensorArray | undefined) {
  if (array === undefined) throw foreign(`${path} [${shape.join(', ')}]`, 'none');
  if (array.shape.join() !== shape.join()) throw foreign(`${path} [${shape.join(', ')}]`, `[${array.shape.join(', ')}]`);
  return tensor(array.values as Float32Array, [...shape], array.dtype === 'I32' ? 'int32' : 'float32');
}

function foreign(expected: string, got: string): LabError {
  return new LabError('BAD_WEIGHTS', `[checkpoint] expected ${expected}, got ${got}. Resume with the spec, seed and network that wrote it, or start anew.`);
}
