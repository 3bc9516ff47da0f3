export { crossEntropyLoss, crossEntropyLoss as default } from './cross-entropy.ts';
