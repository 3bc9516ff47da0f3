export type * from './definition.ts';
export * from './attack.ts';
export * from './loss.ts';
