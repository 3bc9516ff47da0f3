import { LabError } from '@entropic-lab/protocol';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Creates the folder where it is missing and proves that files can be written there.
 * @returns Its absolute path.
 * @throws LabError DATA_FOLDER_UNUSABLE with the system's reason.
 */
export async function openFolder(folder: string): Promise<string> {
  const path = resolve(folder);
  const probe = join(path, `probe-${randomUUID()}`);
  try {
    await mkdir(path, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
    return path;
  } catch (cause) {
    throw unusable(path, cause);
  }
}

export function unusable(folder: string, cause: unknown): LabError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LabError(
    'DATA_FOLDER_UNUSABLE',
    `[store] expected a folder that can be created, read and written, got ${folder}: ${reason}. Choose another folder, or mend its permissions, space or content.`,
    { path: 'folder', cause },
  );
}
