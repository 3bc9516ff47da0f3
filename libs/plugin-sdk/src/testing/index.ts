export { compareImages, recordedAttacks, type Agreement } from './agreement.ts';
export { assertConforms, conformanceChecks, type ConformanceCheck, type ConformanceOptions, type Finding } from './conformance.ts';
export { linearCase, type LinearOptions, type TestCase } from './linear-case.ts';
export { lenet5Reference, type Reference } from './reference.ts';
export { runAttack, selectImages, type AttackOutput, type AttackRun, type ImageBatch } from './run-attack.ts';
