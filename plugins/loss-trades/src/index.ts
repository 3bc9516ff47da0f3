export { tradesLoss, tradesLoss as default } from './trades.ts';
