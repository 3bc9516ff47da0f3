import { LabError } from '@entropic-lab/protocol';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
/** Started as a process by the name of its package, never imported. */
const entry = '@entropic-lab/web/build';

/**
 * Folder of the Studio's files, built now where they are not there yet: some seconds after a change of its sources, nothing
 * otherwise.
 * @returns undefined when it cannot be built: a lab without pages is still a lab. `onProblem` is told why.
 */
export async function builtStudio(onProblem: (problem: string) => void): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [require.resolve(entry)]);
    return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { folder: string }).folder;
  } catch (thrown) {
    const [reason] = LabError.from(thrown).message.trim().split('\n').slice(-1);
    onProblem(`the Studio could not be built, so the lab runs without its pages: ${reason}. \`npm run build -w apps/web\` shows all of it.`);
    return undefined;
  }
}
