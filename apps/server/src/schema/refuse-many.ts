import { LabError } from '@entropic-lab/protocol';

const most = 1000;

/** @throws LabError INVALID_INPUT for none, and for more than one request should touch. */
export function refuseMany(runIds: readonly string[]): readonly string[] {
  if (runIds.length >= 1 && runIds.length <= most) return runIds;
  throw new LabError('INVALID_INPUT', `[runs] expected 1 to ${most} runs, got ${runIds.length} (runIds).`, { path: 'runIds' });
}
