import type { Command } from 'commander';
import { startLab } from '../lab/start.ts';
import { interruption } from '../terminal/interrupt.ts';
import { labFlags, type LabFlags } from './flags.ts';

export function addUp(program: Command): void {
  labFlags(program.command('up').description('start a server and a worker; Ctrl-C ends both')).action(async (flags: LabFlags) => {
    const interrupted = interruption();
    await using lab = await startLab({ ...flags, plugins: flags.plugin, onStep: (step) => console.log(`${step} ...`) });
    console.log(`Entropic Lab is at ${lab.url}\nData and logs are in ${flags.folder}. Ctrl-C ends it.`);
    await serveUntil(interrupted, lab.broken);
    console.log('stopping ...');
  });
}

/** Resolves at Ctrl-C. @throws LabError when the lab breaks first. */
export async function serveUntil(interrupted: AbortSignal, broken: Promise<Error>): Promise<void> {
  const stop = new Promise<undefined>((resolve) => {
    if (interrupted.aborted) resolve(undefined);
    interrupted.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const error = await Promise.race([stop, broken]);
  if (error !== undefined) throw error;
}
