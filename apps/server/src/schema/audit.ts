import { verdictMeanings, type AuditLine, type AuditResult, type Measured, type RobustShare, type Verdict } from '@entropic-lab/protocol';
import { builder } from './builder.ts';
import { NormEnum } from './enums.ts';

export const VerdictEnum = builder.enumType('Verdict', {
  description: 'What an audit says of a robust accuracy, from best to worst.',
  values: Object.fromEntries(Object.entries(verdictMeanings).map(([verdict, description]) => [verdict, { description }])) as Record<Verdict, { description: string }>,
});

export const BatteryEnum = builder.enumType('Battery', {
  description: 'How much work an audit does.',
  values: {
    quick: { description: 'Tens of images in seconds: few steps and queries.' },
    standard: { description: 'A thousand images of a small network in minutes.' },
    thorough: { description: 'Steps and queries as the papers of the attacks have them.' },
  } as const,
});

const FindingEnum = builder.enumType('Finding', {
  description: 'What a line of an audit says.',
  values: {
    clear: { description: 'No sign against the claim.' },
    concern: { description: 'Odd; does not decide alone.' },
    alarm: { description: 'Decisive by itself.' },
    notRun: { description: 'It did not run; the text says why.' },
  } as const,
});

const MeasuredObject = builder.objectRef<Measured>('Measured').implement({
  description: 'A number of a line.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What was measured.' }),
    value: t.exposeFloat('value', { nullable: true, description: 'In `unit`; null where there is none.' }),
    unit: t.exposeString('unit', { description: '`share` (of the examples of the line), `logits`, `pixels`, `examples`, `times`, `p`.' }),
    interval: t.expose('interval', { type: ['Float'], nullable: true, description: '95 % Wilson interval of a share: low, high.' }),
  }),
});

const AuditLineObject = builder.objectRef<AuditLine>('AuditLine').implement({
  description: 'What one check of the battery found.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Row of the table of the battery: `zero-gradients`.' }),
    title: t.exposeString('title', { description: 'For people.' }),
    finding: t.expose('finding', { type: FindingEnum, description: 'What it says.' }),
    text: t.exposeString('text', { description: 'What was found, in a sentence with its numbers.' }),
    measured: t.expose('measured', { type: [MeasuredObject], description: 'Its numbers.' }),
    examples: t.exposeInt('examples', { description: 'Examples it looked at; of an attack, those it attacked.' }),
    found: t.exposeInt('found', { nullable: true, description: 'Adversarial examples within the threat model; null for a line that does not attack within it.' }),
    forwardCalls: t.exposeFloat('forwardCalls', { description: 'Forward passes per example it looked at.' }),
    backwardCalls: t.exposeFloat('backwardCalls', { description: 'Backward passes per example it looked at.' }),
    seconds: t.exposeFloat('seconds', { description: 'Time it took, in seconds.' }),
  }),
});

const RobustShareObject = builder.objectRef<RobustShare>('RobustShare').implement({
  description: 'A robust accuracy with both denominators.',
  fields: (t) => ({
    robust: t.exposeInt('robust', { description: 'Examples still classified correctly.' }),
    ofAll: t.exposeFloat('ofAll', { description: 'robust / all examples.' }),
    ofAllInterval: t.expose('ofAllInterval', { type: ['Float'], nullable: true, description: '95 % Wilson interval of that share: low, high, 0 to 1.' }),
    ofCorrect: t.exposeFloat('ofCorrect', { nullable: true, description: 'robust / examples classified correctly before; null where there are none.' }),
    ofCorrectInterval: t.expose('ofCorrectInterval', { type: ['Float'], nullable: true, description: '95 % Wilson interval of that share: low, high, 0 to 1.' }),
  }),
});

const AuditPerExampleObject = builder.objectRef<AuditResult['perExample']>('AuditPerExample').implement({
  description: 'Columns with an entry an example, in the order of the set.',
  fields: (t) => ({
    label: t.exposeIntList('label', { description: 'True class.' }),
    cleanPrediction: t.exposeIntList('cleanPrediction', { description: 'Class before any attack.' }),
    brokenBy: t.expose('brokenBy', { type: ['String'], nullable: { list: false, items: true }, description: 'The first line that broke it; null where none did or it was misclassified before.' }),
  }),
});

export const AuditResultObject = builder.objectRef<AuditResult>('AuditResult').implement({
  description: 'Whether a robust accuracy is real: the verdict, and the evidence for each line.',
  fields: (t) => ({
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'The verdict.' }),
    reasons: t.exposeStringList('reasons', { description: 'Why, most important first.' }),
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Budget in the units of the pixels.' }),
    battery: t.expose('battery', { type: BatteryEnum, description: 'How much work was done.' }),
    seed: t.field({ type: 'SafeInt', resolve: ({ seed }) => seed, description: 'Determines everything random in it.' }),
    examples: t.exposeInt('examples', { description: 'Examples in the set.' }),
    correct: t.exposeInt('correct', { description: 'Of these examples, those classified correctly before any attack.' }),
    claim: t.expose('claim', { type: RobustShareObject, description: 'Under PGD on the cross-entropy as libraries run it by default: what would be reported without an audit.' }),
    headline: t.expose('headline', { type: RobustShareObject, description: 'Under APGD-CE, APGD-T, FAB-T and Square, each on what the ones before left.' }),
    worstCase: t.expose('worstCase', { type: RobustShareObject, description: 'Where no line of the battery found anything.' }),
    disproved: t.exposeInt('disproved', { description: 'Examples that the claim calls robust and another line broke.' }),
    pValue: t.exposeFloat('pValue', { description: "McNemar's exact test of claim against worst case on the same examples, two-sided." }),
    lines: t.expose('lines', { type: [AuditLineObject], description: 'The evidence, in the order of the battery.' }),
    perExample: t.expose('perExample', { type: AuditPerExampleObject, description: 'Example by example.' }),
    seconds: t.exposeFloat('seconds', { description: 'Time it took, in seconds.' }),
  }),
});
