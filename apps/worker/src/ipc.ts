import { Catalogue, Hardware, LabErrorSchema, RunEventBody, RunSpec } from '@entropic-lab/protocol';
import { z } from 'zod';
import { Device } from './devices/device.ts';

/** A plugin package, by name or folder, and the folder from which it is resolved. */
export const PluginSource = z.strictObject({ package: z.string().min(1), root: z.string().min(1) });
export type PluginSource = z.infer<typeof PluginSource>;

/** How to compute; `auto` takes the best that starts. */
export const EngineName = z.enum(['auto', 'compiled', 'compiled-cuda', 'compiled-webgpu', 'tensorflow', 'webgpu', 'wasm', 'cpu']);
export type EngineName = z.infer<typeof EngineName>;

export const DeviceName = z.string().regex(/^(auto|cpu|gpu:\d+)$/, 'expected auto, cpu or gpu:<number>');

/** Where plugins and the engine come from; the same for every runner of a worker. */
export const Equipment = z.strictObject({
  plugins: z.array(PluginSource),
  engine: EngineName,
  /** On what. A runner without a lab is not told, and finds out itself. */
  device: DeviceName.default('auto'),
  /** That device as it was found, so that a runner need not ask the drivers again. */
  found: Device.optional(),
  /** Threads to compute with on the processor. Default: as many as there are cores. */
  threads: z.int().min(1).optional(),
});
export type Equipment = z.infer<typeof Equipment>;

/** All that a runner needs to compute one run. Files belong to the agent. */
export const Job = z.strictObject({
  runId: z.string(),
  spec: RunSpec,
  equipment: Equipment,
  /** Folder of the runner's own for files it hands over; the agent removes it. */
  folder: z.string(),
  /** safetensors of `spec.model.fromRun`. */
  weightsFile: z.string().optional(),
  /** The latest checkpoint of an earlier attempt. */
  checkpointFile: z.string().optional(),
  /** safetensors of the network that an audit transfers attacks from. Default: `weightsFile` of a run that trains. */
  originalFile: z.string().optional(),
  /** The record of the audit of an earlier attempt. */
  auditFile: z.string().optional(),
  /** Epochs that earlier attempts reported: they may be computed again, but are not reported again. */
  reportedEpochs: z.int().min(0),
  /** A checkpoint is taken at the end of an epoch, or of a line of an audit, when the last one is at least so old. */
  checkpointSeconds: z.number().min(0),
});
export type Job = z.infer<typeof Job>;

/** What an agent, or a command that needs no lab, says to a runner. */
export const ToRunner = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('describe'), equipment: Equipment }),
  z.strictObject({ type: z.literal('run'), job: Job }),
  /** Download a dataset, or copy it from the folder `from`, to where it is looked for, or into `folder`. */
  z.strictObject({ type: z.literal('fetch'), dataset: z.string(), folder: z.string().optional(), from: z.string().optional() }),
  /** Write a network, its description and some examples into `folder`, for other tools. */
  z.strictObject({ type: z.literal('export'), spec: RunSpec, weightsFile: z.string(), folder: z.string(), examples: z.int().min(1) }),
  z.strictObject({ type: z.literal('cancel') }),
  /** Say nothing more, and so compute nothing more, until told to go on. */
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('goOn') }),
]);
export type ToRunner = z.infer<typeof ToRunner>;

/** What a runner says to its agent. */
export const FromRunner = z.discriminatedUnion('type', [
  /** Every second, as long as the event loop turns. */
  z.strictObject({ type: z.literal('alive') }),
  z.strictObject({
    type: z.literal('described'),
    catalogue: Catalogue,
    engine: z.string(),
    device: z.string(),
    hardware: Hardware,
    /** Plugins that could not be loaded; the others are in the catalogue. */
    problems: z.array(LabErrorSchema),
  }),
  /** `files`: local paths of the artifacts the event refers to, uploaded before it is reported. */
  z.strictObject({
    type: z.literal('event'),
    body: RunEventBody,
    files: z.array(z.strictObject({ sha256: z.string(), path: z.string() })),
  }),
  z.strictObject({ type: z.literal('ended'), status: z.enum(['succeeded', 'failed', 'cancelled']), error: LabErrorSchema.optional() }),
]);
export type FromRunner = z.infer<typeof FromRunner>;
