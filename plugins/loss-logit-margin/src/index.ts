export { logitMarginLoss, logitMarginLoss as default } from './logit-margin.ts';
