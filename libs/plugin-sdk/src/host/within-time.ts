import { LabError } from '@entropic-lab/protocol';
import type { Budget } from './budget.ts';

/** Some time after the deadline an attack that neither returns nor loops is given up. */
const GRACE_MILLISECONDS = 1000;

/** What `work` comes to. @throws LabError OUT_OF_BUDGET where it is not done soon after the budget's deadline. */
export async function withinTime<T>(work: T | Promise<T>, budget: Budget): Promise<T> {
  if (budget.millisecondsLeft === Infinity) return work;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const giveUp = () => {
      budget.exhausted();
      reject(new LabError('OUT_OF_BUDGET', `[evaluation] the attack did not return after it had reached ${budget.reached}.`));
    };
    timer = setTimeout(giveUp, Math.max(0, budget.millisecondsLeft) + GRACE_MILLISECONDS);
  });
  const settled = Promise.resolve(work);
  settled.catch(() => {});
  try {
    return await Promise.race([settled, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
