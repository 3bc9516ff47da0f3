export { cellOf, type Cell, type Share } from './cell.ts';
export { markOf, markRule, markTitles, type Mark } from './mark.ts';
export { isMeasured, type Evaluation, type Measured, type Outcomes, type Unmeasured } from './outcome.ts';
export { percent } from './percent.ts';
export { cellText, tableContent, type Grid, type TableContent } from './table.ts';
