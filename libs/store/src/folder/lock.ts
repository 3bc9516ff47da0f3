import { LabError } from '@entropic-lab/protocol';
import { randomUUID } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processLives, processStart } from './process-identity.ts';

const lockName = /^server-.+\.lock$/;

interface Claimant {
  readonly pid: number;
  readonly start?: string | undefined;
  readonly host: string;
  readonly since: string;
}

/** The exclusive right to a data folder, until disposed of or the process is gone. */
export interface FolderLock extends AsyncDisposable {
  readonly file: string;
}

/**
 * Takes the folder for this process. Everyone first leaves a file of its own, then looks for others: of two that come at
 * once both may see the other and step back, but never do both go on. Files of dead processes are swept away, and since
 * no name is used twice, a sweep cannot hit a newcomer.
 * @throws LabError DATA_FOLDER_IN_USE naming the process that holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  for (let tries = 1; ; tries += 1) {
    const file = await announce(folder);
    const rival = await livingRival(folder, file);
    if (rival === undefined) return { file, [Symbol.asyncDispose]: () => rm(file, { force: true }) };
    await rm(file, { force: true });
    if (tries === 4) throw inUse(folder, rival);
    // Rivals that announced themselves at the same moment step back together; unequal pauses let one of them through.
    await sleep(20 + Math.random() * 100);
  }
}

async function announce(folder: string): Promise<string> {
  const file = join(folder, `server-${process.pid}-${randomUUID()}.lock`);
  const claimant: Claimant = { pid: process.pid, start: processStart(process.pid), host: hostname(), since: new Date().toISOString() };
  await writeFile(`${file}.part`, JSON.stringify(claimant));
  await rename(`${file}.part`, file);
  return file;
}

interface Rival extends Claimant {
  readonly file: string;
}

async function livingRival(folder: string, own: string): Promise<Rival | undefined> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (!lockName.test(name) || file === own) continue;
    const claimant = await readClaimant(file);
    if (claimant === undefined) continue;
    if (claimant.host !== hostname() || processLives(claimant.pid, claimant.start)) return { ...claimant, file };
    await rm(file, { force: true });
  }
  return undefined;
}

/** Undefined when the file went away meanwhile. One that cannot be read was cut short by a power failure: it holds nothing. */
async function readClaimant(file: string): Promise<Claimant | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Claimant;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) await rm(file, { force: true });
    else if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    return undefined;
  }
}

function inUse(folder: string, rival: Rival): LabError {
  const here = rival.host === hostname();
  const who = `process ${rival.pid}${here ? '' : ` on ${rival.host}`}, since ${rival.since}`;
  const remedy = here
    ? 'Stop that server, or choose another folder.'
    : `Stop that server, or choose another folder; if that machine is gone for good, delete ${rival.file}.`;
  return new LabError('DATA_FOLDER_IN_USE', `[store] expected a data folder that no other server holds, got ${folder}, held by ${who}. ${remedy}`, {
    path: 'folder',
  });
}
