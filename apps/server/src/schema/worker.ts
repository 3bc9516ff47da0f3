import { DeviceLoad, parse, parseWorkerSpec, type WorkerSpec } from '@entropic-lab/protocol';
import type { WorkerRow } from '@entropic-lab/store';
import { checkCatalogue } from '../check-spec/check-catalogue.ts';
import { builder } from './builder.ts';
import { DeviceKindEnum } from './enums.ts';
import { withoutNulls } from './read-spec.ts';

const DeviceLoadObject = builder.objectRef<DeviceLoad>('DeviceLoad').implement({
  description: 'What a device did when its worker last told, as far as its system tells.',
  fields: (t) => ({
    utilization: t.exposeFloat('utilization', { nullable: true, description: 'Share of the last moments in which it computed, 0 to 1. Of a processor: of all its threads, whoever they worked for.' }),
    memoryUsedMiB: t.exposeFloat('memoryUsedMiB', { nullable: true, description: 'Memory in use, MiB, whoever uses it.' }),
    memoryTotalMiB: t.exposeFloat('memoryTotalMiB', { nullable: true, description: 'Memory there is, MiB.' }),
    powerWatts: t.exposeFloat('powerWatts', { nullable: true, description: 'Power it draws, in watts.' }),
  }),
});

const DeviceLoadInput = builder.inputType('DeviceLoadInput', {
  description: 'What a device does now; what its system does not tell is left out.',
  fields: (t) => ({
    utilization: t.float({ description: 'Share of the last moments in which it computed, 0 to 1.' }),
    memoryUsedMiB: t.float({ description: 'Memory in use, MiB.' }),
    memoryTotalMiB: t.float({ description: 'Memory there is, MiB.' }),
    powerWatts: t.float({ description: 'Power it draws, in watts.' }),
  }),
});

export const WorkerObject = builder.objectRef<WorkerRow>('Worker').implement({
  description: 'A machine that computes runs.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Chosen by the worker.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    engine: t.exposeString('engine', { description: 'What computes.' }),
    device: t.exposeString('device', { description: 'On what.' }),
    load: t.expose('load', { type: DeviceLoadObject, nullable: true, description: 'What its device did when it last told; null where it never did.' }),
    slots: t.exposeInt('slots', { description: 'Runs it computes at a time.' }),
    pools: t.exposeStringList('pools', { description: 'Whose runs it computes.' }),
    running: t.exposeInt('running', { description: 'Runs it holds now.' }),
    catalogueHash: t.exposeString('catalogueHash', { description: 'SHA-256 of what it offers; workers with the same hash offer the same.' }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime', description: 'When it first came.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it was last heard of.' }),
    leftAt: t.expose('leftAt', { type: 'DateTime', nullable: true, description: 'When it said good-bye; null as long as it did not.' }),
  }),
});

const HardwareInput = builder.inputType('HardwareInput', {
  description: 'What a worker computes on, as runs may require it.',
  fields: (t) => ({
    device: t.field({ type: DeviceKindEnum, required: true, description: 'What computes.' }),
    memoryMiB: t.float({ description: 'Memory of that device in MiB. Default: unknown.' }),
  }),
});

const WorkerInput = builder.inputType('WorkerInput', {
  description: 'How a worker introduces itself.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'UUID chosen by the worker, stable over its reconnections.' }),
    name: t.string({ required: true, description: 'For people, 1 to 200 signs.' }),
    engine: t.string({ required: true, description: 'What computes.' }),
    device: t.string({ required: true, description: 'On what.' }),
    hardware: t.field({ type: HardwareInput, description: 'The same, as runs may require it. Default: unknown, and so no run that requires any is its.' }),
    slots: t.int({ description: 'Runs it computes at a time, at least 1. Default 1.' }),
    pools: t.stringList({ description: 'Pools whose runs it computes. Default `default` alone.' }),
    catalogue: t.field({ type: 'JSON', required: true, description: 'Plugins, data sets and architectures it offers: a Catalogue of the protocol.' }),
  }),
});

builder.queryField('workers', (t) =>
  t.field({ type: [WorkerObject], description: 'Registered workers, last seen first.', resolve: (_root, _args, { store }) => store.listWorkers() }),
);

builder.mutationField('registerWorker', (t) =>
  t.field({
    type: 'Boolean',
    description: 'Enters a worker with what it offers, or brings what is known of it up to date. True.',
    args: { input: t.arg({ type: WorkerInput, required: true, description: 'The worker.' }) },
    resolve: async (_root, { input }, { store, log }) => {
      const worker: WorkerSpec = parseWorkerSpec({ ...input, slots: input.slots ?? undefined, pools: input.pools ?? undefined, hardware: withoutNulls(input.hardware) ?? undefined });
      checkCatalogue(worker.catalogue);
      await store.registerWorker(worker);
      log.info({ worker: worker.id, name: worker.name, engine: worker.engine, device: worker.device }, 'worker registered');
      return true;
    },
  }),
);

builder.mutationField('leaveLab', (t) =>
  t.field({
    type: 'Boolean',
    description: 'A worker says good-bye: nobody counts on it any more until it registers again. What it offered stays known. True.',
    args: { workerId: t.arg.id({ required: true, description: 'The worker. One that is unknown is fine.' }) },
    resolve: async (_root, { workerId }, { store, log }) => {
      await store.leaveLab(workerId);
      log.info({ worker: workerId }, 'worker left');
      return true;
    },
  }),
);

builder.mutationField('reportLoad', (t) =>
  t.field({
    type: 'Boolean',
    description: 'Tells what the device of a worker does now; a sign of life. True.',
    args: {
      workerId: t.arg.id({ required: true, description: 'A registered worker.' }),
      load: t.arg({ type: DeviceLoadInput, required: true, description: 'What its device does.' }),
    },
    resolve: async (_root, { workerId, load }, { store }) => {
      const told = Object.fromEntries(Object.entries(load).filter(([, amount]) => amount != null));
      await store.reportLoad(workerId, parse(DeviceLoad, told, 'load'));
      return true;
    },
  }),
);
