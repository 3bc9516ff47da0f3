export { entropicLoss, entropicLoss as default } from './entropic.ts';
