import type { ArchitectureDescriptor, Bounds, Citation, DatasetDescriptor, PluginDescriptor } from '@entropic-lab/protocol';
import { offeredBy } from '../check-spec/offered.ts';
import { builder } from './builder.ts';
import { NormEnum, PluginKindEnum } from './enums.ts';

const CitationObject = builder.objectRef<Citation>('Citation').implement({
  description: 'Where an idea comes from.',
  fields: (t) => ({
    authors: t.exposeString('authors', { description: 'Who.' }),
    title: t.exposeString('title', { description: 'What.' }),
    year: t.exposeInt('year', { description: 'Year of its publication.' }),
    url: t.exposeString('url', { nullable: true, description: 'Where to read it.' }),
  }),
});

const PluginObject = builder.objectRef<PluginDescriptor>('Plugin').implement({
  description: 'An attack or a loss that workers offer.',
  fields: (t) => ({
    kind: t.expose('kind', { type: PluginKindEnum, description: 'What it is.' }),
    name: t.exposeString('name', { description: 'As it is named in a spec.' }),
    version: t.exposeString('version', { description: 'Of its package.' }),
    package: t.exposeString('package', { description: 'npm package it came from.' }),
    hash: t.exposeString('hash', { description: 'SHA-256 of its code.' }),
    title: t.exposeString('title', { description: 'For people.' }),
    summary: t.exposeString('summary', { description: 'What it does.' }),
    citation: t.expose('citation', { type: CitationObject, nullable: true, description: 'Its paper.' }),
    norms: t.expose('norms', { type: [NormEnum], description: 'Attacks: norms it can work in.' }),
    needs: t.exposeStringList('needs', { description: 'What it uses of the network: gradients, logits, labels, queries, activations.' }),
    optionsSchema: t.field({ type: 'JSON', resolve: ({ optionsSchema }) => optionsSchema, description: 'JSON Schema (2020-12) of its options.' }),
    normDefaults: t.field({ type: 'JSON', resolve: ({ normDefaults }) => normDefaults, description: 'Attacks: option values that differ by norm, on top of the defaults of the schema.' }),
    presets: t.field({ type: 'JSON', resolve: ({ presets }) => presets, description: 'Named options, by name.' }),
  }),
});

const BoundsObject = builder.objectRef<Bounds>('Bounds').implement({
  description: 'Smallest and largest value of a pixel.',
  fields: (t) => ({
    min: t.exposeFloat('min', { description: 'Smallest value of a pixel.' }),
    max: t.exposeFloat('max', { description: 'Largest value of a pixel.' }),
  }),
});

/** Why a number is null. */
const unknown = 'null where that depends on the options, on a file that somebody brings';

const DatasetObject = builder.objectRef<DatasetDescriptor>('Dataset').implement({
  description: 'A data set that workers offer.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As it is named in a spec.' }),
    title: t.exposeString('title', { description: 'For people.' }),
    inputShape: t.expose('inputShape', { type: ['Int'], nullable: true, description: `Height and width in pixels, and channels; ${unknown}.` }),
    classes: t.exposeInt('classes', { nullable: true, description: `Number of classes; ${unknown}.` }),
    bounds: t.expose('bounds', { type: BoundsObject, nullable: true, description: `Values of a pixel; ${unknown}.` }),
    trainExamples: t.exposeInt('trainExamples', { nullable: true, description: `Examples to train on; ${unknown}.` }),
    testExamples: t.exposeInt('testExamples', { nullable: true, description: `Examples to test on; ${unknown}.` }),
    optionsSchema: t.field({ type: 'JSON', resolve: ({ optionsSchema }) => optionsSchema, description: 'JSON Schema (2020-12) of its options.' }),
  }),
});

const ArchitectureObject = builder.objectRef<ArchitectureDescriptor>('Architecture').implement({
  description: 'A network that workers can build.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As it is named in a spec.' }),
    title: t.exposeString('title', { description: 'For people.' }),
    inputShape: t.expose('inputShape', { type: ['Int'], nullable: true, description: `Height and width in pixels, and channels; ${unknown}.` }),
    classes: t.exposeInt('classes', { nullable: true, description: `Number of outputs; ${unknown}.` }),
    parameters: t.exposeInt('parameters', { nullable: true, description: `Numbers to train, with default options; ${unknown}.` }),
    pretrained: t.boolean({ resolve: ({ pretrained }) => pretrained ?? false, description: 'Whether it comes with weights, so that a run need not train it nor name a run to take them from.' }),
    optionsSchema: t.field({ type: 'JSON', resolve: ({ optionsSchema }) => optionsSchema, description: 'JSON Schema (2020-12) of its options.' }),
  }),
});

builder.queryFields((t) => ({
  plugins: t.field({
    type: [PluginObject],
    description: 'Plugins that registered workers offer, by kind and name; of several versions that of the worker seen last.',
    args: { kind: t.arg({ type: PluginKindEnum, description: 'Default: both.' }) },
    resolve: async (_root, { kind }, { store }) => (await offeredBy(store)).plugins.filter((plugin) => (kind ?? plugin.kind) === plugin.kind),
  }),
  datasets: t.field({
    type: [DatasetObject],
    description: 'Data sets that registered workers offer, by name.',
    resolve: async (_root, _args, { store }) => (await offeredBy(store)).datasets,
  }),
  architectures: t.field({
    type: [ArchitectureObject],
    description: 'Architectures that registered workers offer, by name.',
    resolve: async (_root, _args, { store }) => (await offeredBy(store)).architectures,
  }),
}));
