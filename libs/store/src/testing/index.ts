export * from './examples.ts';
export * from './temporary-folder.ts';
