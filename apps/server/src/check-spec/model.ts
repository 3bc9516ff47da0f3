import { LabError, type ArchitectureDescriptor, type Options, type RunSpec } from '@entropic-lab/protocol';
import { unknownRun, type RunRow, type Store } from '@entropic-lab/store';
import { isDeepStrictEqual } from 'node:util';
import { findDataset } from './dataset.ts';
import { suggestion } from './nearest.ts';
import type { Offered } from './offered.ts';
import { completeOptions } from './options.ts';

/** @throws LabError UNKNOWN_ARCHITECTURE; INVALID_INPUT; and for `fromRun` UNKNOWN_RUN, RUN_NOT_FINISHED, BAD_WEIGHTS. */
export async function completeModel(store: Store, offered: Offered, { model, dataset }: RunSpec): Promise<RunSpec['model']> {
  const architecture = findArchitecture(offered, model.architecture);
  refuseMisfit(offered, architecture, dataset.name);
  const source = model.fromRun === undefined ? undefined : await sourceOf(store, model.fromRun, model.architecture);
  const place = { owner: model.architecture, path: 'model.options' };
  const options = completeOptions(architecture.optionsSchema, { ...source?.spec.model.options, ...model.options }, place);
  if (source !== undefined) refuseOtherOptions(source, options);
  return { ...model, options };
}

function findArchitecture({ architectures }: Offered, name: string): ArchitectureDescriptor {
  const found = architectures.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  const help = suggestion(name, architectures.map((architecture) => architecture.name));
  throw new LabError('UNKNOWN_ARCHITECTURE', `[run spec] expected an architecture that a worker offers, got ${JSON.stringify(name)} (model.architecture).${help}`, {
    path: 'model.architecture',
  });
}

function refuseMisfit(offered: Offered, { name, inputShape, classes }: ArchitectureDescriptor, datasetName: string): void {
  const dataset = findDataset(offered, datasetName);
  // What depends on a file is seen by the worker that opens it.
  const shapesFit = dataset.inputShape === null || inputShape === null || dataset.inputShape.join() === inputShape.join();
  if (shapesFit && (dataset.classes === null || classes === null || dataset.classes === classes)) return;
  const needed = `${dataset.inputShape?.join('x') ?? 'any images'} with ${dataset.classes ?? 'any number of'} classes`;
  const offers = `${inputShape?.join('x') ?? 'any images'} with ${classes ?? 'any number of'} classes`;
  throw new LabError('INVALID_INPUT', `[run spec] expected a network for ${datasetName}: ${needed}; got ${name}: ${offers} (model.architecture).`, { path: 'model.architecture' });
}

const at = { path: 'model.fromRun' };

async function sourceOf(store: Store, runId: string, architecture: string): Promise<RunRow> {
  const source = await store.findRun(runId);
  if (source === undefined) throw new LabError('UNKNOWN_RUN', `${unknownRun(runId).message} (model.fromRun)`, at);
  if (source.status !== 'succeeded') {
    throw new LabError('RUN_NOT_FINISHED', `[run spec] expected a run that has succeeded, got ${runId}, which is ${source.status} (model.fromRun). Wait for it, or start from another.`, at);
  }
  if (source.architecture !== architecture) {
    throw new LabError('INVALID_INPUT', `[run spec] expected a run of ${architecture}, got ${runId}, which is of ${source.architecture} (model.fromRun).`, at);
  }
  await requireWeights(store, runId);
  return source;
}

async function requireWeights(store: Store, runId: string): Promise<void> {
  const artifacts = (await store.artifactsOfRuns([runId])).get(runId)!;
  if (artifacts.some(({ kind }) => kind === 'weights')) return;
  throw new LabError('BAD_WEIGHTS', `[run spec] expected a run that kept its weights, got ${runId}, which did not (model.fromRun). Start from the run that trained them.`, at);
}

function refuseOtherOptions({ id, spec }: RunRow, options: Options): void {
  for (const [name, value] of Object.entries(options)) {
    const had = spec.model.options[name];
    if (had === undefined || isDeepStrictEqual(had, value)) continue;
    const path = `model.options.${name}`;
    throw new LabError('INVALID_INPUT', `[run spec] expected ${JSON.stringify(had)}, as run ${id} had it, got ${JSON.stringify(value)} (${path}). Leave it out to keep what that run had.`, { path });
  }
}
