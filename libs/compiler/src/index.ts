export { compiledRunner, type CompiledRunnerOptions } from './runtime/runner.ts';
export type { EngineOptions, Provider } from './runtime/engine.ts';
export { trace, type Trace } from './trace/trace.ts';
export { print } from './graph/print.ts';
export { check } from './graph/check.ts';
export { replay } from './graph/replay.ts';
export type { Graph, Node, Value } from './graph/graph.ts';
