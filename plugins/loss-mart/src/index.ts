export { martLoss, martLoss as default } from './mart.ts';
