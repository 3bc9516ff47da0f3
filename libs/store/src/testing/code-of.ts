import { LabError } from '@entropic-lab/protocol';

/** Code and path of the LabError with which the promise fails: `EVENT_CONFLICT events.0`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof LabError) return [thrown.code, thrown.path].filter((part) => part !== undefined).join(' ');
    throw thrown;
  }
  return 'no error';
}
