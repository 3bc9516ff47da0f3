import { LabError } from '@entropic-lab/protocol';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StudyDefinition } from './definition.ts';

/** Studies that come with the lab. */
export const studies = ['sperl2021'] as const;

/**
 * A study that comes with the lab, or the default export of a file.
 * @throws LabError INVALID_INPUT where there is none.
 */
export async function findStudy(name: string): Promise<StudyDefinition> {
  if ((studies as readonly string[]).includes(name)) return ((await import(`../../studies/${name}/index.ts`)) as { default: StudyDefinition }).default;
  const file = resolve(name);
  if (!existsSync(file)) throw new LabError('INVALID_INPUT', `[study] expected ${studies.join(', ')} or the path of a file that exports a study, got "${name}".`, { path: 'study' });
  const { default: study } = (await import(pathToFileURL(file).href)) as { default?: Partial<StudyDefinition> };
  if (typeof study?.id === 'string' && /^[a-z][a-z0-9-]*$/.test(study.id) && study.profiles !== undefined) return study as StudyDefinition;
  throw new LabError('INVALID_INPUT', `[study] expected a default export made with defineStudy, with an id of small letters and digits, got ${study === undefined ? 'none' : JSON.stringify(study.id)} (${file}).`, { path: 'study' });
}
