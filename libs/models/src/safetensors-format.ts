/** The file format alone: numbers in and out, no TF.js behind it. */
export * from './safetensors.ts';
export * from './tensor-array.ts';
