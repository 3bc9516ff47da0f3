export * from './examples.ts';
export * from './fill.ts';
export { lastWill } from './last-will.ts';
export * from './private-postgres.ts';
export * from './temporary-folder.ts';
export { privateBucket, type PrivateBucket } from './private-bucket.ts';
