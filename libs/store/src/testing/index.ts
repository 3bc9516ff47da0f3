export * from './examples.ts';
export * from './fill.ts';
export * from './private-postgres.ts';
export * from './temporary-folder.ts';
