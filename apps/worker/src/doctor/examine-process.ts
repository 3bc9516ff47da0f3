import { LabError, LabErrorSchema } from '@entropic-lab/protocol';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { EngineName } from '../ipc.ts';

const entry = fileURLToPath(new URL('./examine-main.ts', import.meta.url));
/** A card's first run compiles its shaders, which takes tens of seconds in software. */
const patienceMs = 180_000;

export const Examined = z.strictObject({ milliseconds: z.number(), gradients: z.array(z.number()), device: z.string(), version: z.string() });
export type Examined = z.infer<typeof Examined>;
const Answer = z.union([Examined, z.strictObject({ error: LabErrorSchema })]);

/**
 * Examines an engine in a process of its own: a driver that ends the process ends that one alone.
 * @throws LabError NO_ENGINE as the engine refused; RUNNER_DIED where its process ended without a word.
 */
export async function examineApart(engine: EngineName, device: string): Promise<Examined> {
  const child = fork(entry, [engine, device], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-500)));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, patienceMs);
  try {
    const answer = await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new LabError('RUNNER_DIED', `[doctor] expected ${engine} to compute a small task, ${late ? `it took more than ${patienceMs / 1000} s` : `its process ended with ${signal ?? `exit code ${code}`}`}. ${said.trim()}`)));
    });
    const result = Answer.parse(answer);
    if ('error' in result) throw new LabError(result.error.code, result.error.message);
    return result;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
