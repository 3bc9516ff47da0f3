export { cellParts, type CellParts } from './cell-parts.ts';
export { cellOf, cellText, type Cell } from './cell.ts';
export { markOf, markRule, markTitles, verdictRule, type Mark } from './mark.ts';
export { isMeasured, type Attack, type Audit, type Evaluation, type Measured, type Outcomes, type Unmeasured } from './outcome.ts';
export { percent } from './percent.ts';
export { shareText, type Share } from './share.ts';
export { auditedAttacks, successOf, threatText } from './signs.ts';
export { tableContent, type Grid, type Names, type TableContent } from './table.ts';
