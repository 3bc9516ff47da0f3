import { LabError } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import type { Equipment, FromRunner } from '../ipc.ts';
import { RunnerProcess } from './runner-process.ts';

export type Description = Extract<FromRunner, { type: 'described' }>;

/** Loading engines and plugins takes seconds, of which some let nothing else happen. */
const describeSeconds = 120;

/**
 * What this worker offers, found out in a process of its own: the agent itself never loads a plugin, so no plugin can
 * harm it. A plugin that cannot be loaded is logged and left out.
 * @throws LabError as the runner refused: NO_ENGINE; RUNNER_DIED where it ended without a word.
 */
export async function describeEquipment(equipment: Equipment, log: Logger): Promise<Description> {
  await using runner = new RunnerProcess((line) => log.info(line));
  runner.send({ type: 'describe', equipment });
  for await (const message of runner.messages(describeSeconds)) {
    if (message.type === 'described') {
      for (const problem of message.problems) log.error({ code: problem.code }, problem.message);
      return message;
    }
    if (message.type === 'ended' && message.error !== undefined) throw new LabError(message.error.code, message.error.message);
  }
  throw new LabError('INTERNAL', '[worker] expected the runner to describe its equipment, it ended');
}
