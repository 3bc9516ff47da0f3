export { labelSmoothingLoss, labelSmoothingLoss as default } from './label-smoothing.ts';
