import type { Receipt } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { EndingEnum, ErrorCodeEnum, LeaseStateEnum } from './enums.ts';
import { readEnding, readEvents } from './read-report.ts';
import { RunObject } from './run.ts';

const ReceiptObject = builder.objectRef<Receipt>('Receipt').implement({
  description: 'Where a run stands after a report.',
  fields: (t) => ({
    lease: t.expose('lease', { type: LeaseStateEnum, description: 'Whether to go on.' }),
    lastSeq: t.exposeInt('lastSeq', { description: '`seq` of the last recorded event, from 1; what is up to it need not be kept.' }),
  }),
});

const RunEventInput = builder.inputType('RunEventInput', {
  description: 'An event as its worker numbered it.',
  fields: (t) => ({
    seq: t.int({ required: true, description: 'Its number, without gaps from `nextSeq` of the claim.' }),
    time: t.field({ type: 'DateTime', required: true, description: "When, by the worker's clock." }),
    body: t.field({ type: 'JSON', required: true, description: 'What happened: a RunEventBody of the protocol, `{"type": "epoch", ...}`.' }),
  }),
});

const LabErrorInput = builder.inputType('LabErrorInput', {
  description: 'Why a run failed.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeEnum, required: true, description: 'What kind of error.' }),
    message: t.string({ required: true, description: 'Who, what was expected, what came, and what to do.' }),
    path: t.string({ description: 'Field at fault in the spec.' }),
  }),
});

builder.mutationFields((t) => ({
  reportEvents: t.field({
    type: ReceiptObject,
    description: 'Records events of a held run, in order, and renews its lease. Reporting the same again is fine.',
    args: {
      runId: t.arg.id({ required: true, description: 'Which run.' }),
      attempt: t.arg.int({ required: true, description: 'Of the claim.' }),
      events: t.arg({ type: [RunEventInput], required: true, description: 'In the order of `seq`.' }),
    },
    resolve: (_root, { runId, attempt, events }, { store }) => store.appendEvents({ runId, attempt, events: readEvents(events) }),
  }),
  finishRun: t.field({
    type: RunObject,
    description: 'Ends an attempt: the status of the run and its event. A failure that another attempt may mend lets the run wait for one, anything else ends it. Reporting the same again is fine.',
    args: {
      runId: t.arg.id({ required: true, description: 'Which run.' }),
      attempt: t.arg.int({ required: true, description: 'Of the claim.' }),
      seq: t.arg.int({ required: true, description: 'Number of the last event.' }),
      time: t.arg({ type: 'DateTime', required: true, description: "When, by the worker's clock." }),
      status: t.arg({ type: EndingEnum, required: true, description: 'How it ended.' }),
      error: t.arg({ type: LabErrorInput, description: 'Why it failed; required for `failed`.' }),
    },
    resolve: async (_root, ending, { store, log }) => {
      const run = await store.finishRun(readEnding(ending));
      log.info({ run: run.id, status: run.status, code: run.error?.code }, 'run finished');
      return run;
    },
  }),
}));

