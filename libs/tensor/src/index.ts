export * from './tree.ts';
export * from './tensor-fn.ts';
export * from './host-input.ts';
