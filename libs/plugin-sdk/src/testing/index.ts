export { compareImages, recordedAttacks, type Agreement } from './agreement.ts';
export { lenet5Reference, type Reference } from './reference.ts';
export { runAttack, selectImages, type AttackOutput, type AttackRun, type ImageBatch } from './run-attack.ts';
