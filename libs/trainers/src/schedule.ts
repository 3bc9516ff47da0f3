import type { ScheduleSpec } from '@entropic-lab/protocol';

/** Where a step is in the whole training. */
export interface Place {
  /** From 1. */
  readonly epoch: number;
  /** Share of all steps that lie before this one, 0 ... 1. */
  readonly progress: number;
}

type Rules = { readonly [K in ScheduleSpec['kind']]: (spec: Extract<ScheduleSpec, { kind: K }>, place: Place) => number };

/** What multiplies the learning rate. */
const rules: Rules = {
  constant: () => 1,
  step: ({ epochs, factor }, { epoch }) => factor ** epochs.filter((start) => start <= epoch).length,
  cosine: ({ floor }, { progress }) => floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2,
};

/** The learning rate of one step. */
export function scheduledRate<K extends ScheduleSpec['kind']>(base: number, spec: Extract<ScheduleSpec, { kind: K }>, place: Place): number {
  return base * rules[spec.kind as K](spec, place);
}
