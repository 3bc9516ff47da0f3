import { z } from 'zod';
import { parse } from './parse.ts';
import { DeviceKind, Options, PoolName } from './run-spec.ts';
import { Bounds, Norm } from './threat-model.ts';

/** JSON Schema (draft 2020-12) of an options object; the server checks options with it and the Studio draws the form. */
export const OptionsSchema = z.record(z.string(), z.unknown());

export const Citation = z.strictObject({
  authors: z.string().min(1),
  title: z.string().min(1),
  year: z.int(),
  url: z.url().optional(),
});
export type Citation = z.infer<typeof Citation>;

/** A name: lower-case words joined by hyphens, as it is typed in a spec. */
export const PluginName = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens');

/** What a worker says of one plugin. All that the server, the API and the Studio know of it. */
export const PluginDescriptor = z.strictObject({
  kind: z.enum(['attack', 'loss']),
  name: PluginName,
  version: z.string().min(1),
  /** npm package it came from. */
  package: z.string().min(1),
  /** SHA-256 of the package's code. */
  hash: z.string().min(1),
  title: z.string().min(1),
  summary: z.string(),
  citation: Citation.optional(),
  /** Attacks: norms it can work in. */
  norms: z.array(Norm).default([]),
  /** What it uses of the network. */
  needs: z.array(z.enum(['gradients', 'logits', 'labels', 'queries', 'activations'])).default([]),
  optionsSchema: OptionsSchema,
  /** Attacks: option values that differ by norm, on top of the schema's defaults. */
  normDefaults: z.partialRecord(Norm, Options).default({}),
  /** Named option sets after whose defaults they are: `foolbox`, `paper`. */
  presets: z.record(z.string(), Options).default({}),
});
export type PluginDescriptor = z.infer<typeof PluginDescriptor>;

const ImageShape = z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]);

/** Where a number is null, it depends on the options: on a file that somebody brings. */
export const DatasetDescriptor = z.strictObject({
  name: PluginName,
  title: z.string(),
  /** Height, width, channels. */
  inputShape: ImageShape.nullable(),
  classes: z.int().min(2).nullable(),
  bounds: Bounds.nullable(),
  trainExamples: z.int().min(0).nullable(),
  testExamples: z.int().min(0).nullable(),
  optionsSchema: OptionsSchema,
});
export type DatasetDescriptor = z.infer<typeof DatasetDescriptor>;

/** The architecture that is a model of the user's own; its option `path` says where it is. */
export const OWN_MODEL = 'own-model';

/** Where a number is null, it depends on the options: on a file that somebody brings. */
export const ArchitectureDescriptor = z.strictObject({
  name: PluginName,
  title: z.string(),
  inputShape: ImageShape.nullable(),
  classes: z.int().min(2).nullable(),
  parameters: z.int().min(1).nullable(),
  /** Comes with weights, so that a run need not train it nor name a run to take them from. Default: it does not. */
  pretrained: z.boolean().optional(),
  optionsSchema: OptionsSchema,
});
export type ArchitectureDescriptor = z.infer<typeof ArchitectureDescriptor>;

/** What a worker offers. */
export const Catalogue = z.strictObject({
  plugins: z.array(PluginDescriptor),
  datasets: z.array(DatasetDescriptor),
  architectures: z.array(ArchitectureDescriptor),
});
export type Catalogue = z.infer<typeof Catalogue>;

/** What a worker computes on, as runs may require it. */
export const Hardware = z.strictObject({
  device: DeviceKind,
  /** Of that device. */
  memoryMiB: z.number().min(0).optional(),
});
export type Hardware = z.infer<typeof Hardware>;

/** How a worker introduces itself. */
export const WorkerSpec = z.strictObject({
  /** Chosen by the worker, stable over its reconnections. */
  id: z.uuid(),
  name: z.string().min(1).max(200),
  engine: z.string(),
  device: z.string(),
  /** Default: unknown, and so no run that requires any is its. */
  hardware: Hardware.optional(),
  /** Runs it computes at a time. */
  slots: z.int().min(1).default(1),
  /** Whose runs it computes. */
  pools: z.array(PoolName).min(1).default(['default']),
  catalogue: Catalogue,
});
export type WorkerSpec = z.infer<typeof WorkerSpec>;

/** @throws LabError INVALID_INPUT with the path of the field. */
export function parseWorkerSpec(value: unknown): WorkerSpec {
  return parse(WorkerSpec, value, 'worker');
}
