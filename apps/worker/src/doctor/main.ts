import { LabError } from '@entropic-lab/protocol';
import { prepareBackend } from '@entropic-lab/tensor';
import { engineWays } from '../runner/engine.ts';
import { examine, relativeDifference, type Examination } from './examine.ts';

/** What the doctor found of one engine. */
export interface Finding {
  readonly engine: string;
  readonly status: 'good' | 'wrong' | 'absent';
  readonly title: string;
  /** What is missing or wrong, and what to do. */
  readonly problem?: string;
  /** Input gradients of LeNet-5, batch 64, median of five. */
  readonly milliseconds?: number;
}

/** In float32, two right implementations of these gradients differ by less. */
const tolerance = 1e-4;

/** Examines every engine against the CPU backend of TF.js and prints the findings as one line of JSON. */
async function main(): Promise<void> {
  const reference = await attempt('cpu');
  const findings: Finding[] = [];
  for (const { engine, title } of engineWays) {
    const result = engine === 'cpu' ? reference : await attempt(engine);
    if (result instanceof LabError) findings.push({ engine, title, status: 'absent', problem: result.message });
    else findings.push({ engine, title, ...judged(result, reference), milliseconds: result.milliseconds });
  }
  console.log(JSON.stringify({ node: process.version, chosen: findings.find(({ status }) => status === 'good')?.engine ?? null, findings }));
}

function judged(result: Examination, reference: Examination | LabError): Pick<Finding, 'status' | 'problem'> {
  if (reference instanceof LabError) return { status: 'good' };
  const difference = relativeDifference(result.gradients, reference.gradients);
  if (difference <= tolerance) return { status: 'good' };
  return { status: 'wrong', problem: `its gradients differ from those of the TF.js CPU backend by ${difference.toExponential(1)} of their largest; do not use it here` };
}

async function attempt(engine: string): Promise<Examination | LabError> {
  const way = engineWays.find((candidate) => candidate.engine === engine)!;
  try {
    await prepareBackend(way.backend);
    await using runner = way.open(() => {});
    return await examine(runner);
  } catch (error) {
    return LabError.from(error);
  }
}

await main();
