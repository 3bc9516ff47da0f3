export * from './errors.ts';
export * from './parse.ts';
export * from './threat-model.ts';
export * from './run-spec.ts';
export * from './metrics.ts';
export * from './run-event.ts';
export * from './catalogue.ts';
export * from './lease.ts';
