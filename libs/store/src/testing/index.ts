export * from './examples.ts';
export * from './private-postgres.ts';
export * from './temporary-folder.ts';
