import { LabError, LabErrorSchema, parse } from '@entropic-lab/protocol';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { z } from 'zod';

const require = createRequire(import.meta.url);
/** Started as a process, never imported: the CLI knows of no engine. */
const entry = '@entropic-lab/worker/devices';

const Answer = z.union([z.array(z.object({ id: z.string(), title: z.string() })), z.object({ error: LabErrorSchema })]);

/**
 * What a choice of devices (`auto`, `all`, `cpu`, `gpu:0,gpu:1`) means on this machine.
 * @throws LabError NO_ENGINE for a device that is not there, INVALID_INPUT.
 */
export async function devicesOf(choice: string): Promise<readonly { readonly id: string; readonly title: string }[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), require.resolve(entry), choice]);
  const answer = parse(Answer, JSON.parse(stdout), 'devices');
  if ('error' in answer) throw new LabError(answer.error.code, answer.error.message);
  return answer;
}
