import type { RunFilter, RunSort } from '@entropic-lab/client';
import { LabError, RunStatus, Verdict } from '@entropic-lab/protocol';

/** Flags of `entropic runs` that say which runs, and in which order. */
export interface RunsFlags {
  readonly model?: string;
  readonly dataset?: string;
  readonly trainer?: string;
  readonly attack: readonly string[];
  readonly verdict: readonly string[];
  readonly tag: readonly string[];
  readonly status: readonly string[];
  readonly sort?: string;
  readonly ascending?: true;
}

/** Whether the key wants a name: `metric=cleanAccuracy`. */
const keys: Readonly<Record<RunSort['by'], boolean>> = {
  number: false, status: false, verdict: false, tag: false, createdAt: false, startedAt: false, finishedAt: false, seconds: false, name: false,
  dataset: false, architecture: false, trainer: false, loss: false, lossVersion: false, attackVersion: true, metric: true, option: true, textOption: true,
};

export const sortKeys = Object.entries(keys).map(([key, named]) => (named ? `${key}=<name>` : key));

/** The flags as the lab is asked. @throws LabError INVALID_INPUT for a word that is none. */
export function askedRuns({ model, dataset, trainer, attack, verdict, tag, status, sort, ascending }: RunsFlags): { readonly filter: RunFilter; readonly sort: RunSort | undefined } {
  const filter = {
    architecture: model,
    dataset,
    trainer,
    attacks: filled(attack.map(readAttack)),
    verdict: filled(verdict.map((word) => oneOf(word, Verdict.options, '--verdict'))),
    tags: filled(tag),
    status: filled(status.map((word) => oneOf(word, RunStatus.options, '--status'))),
  };
  return { filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)), sort: readSort(sort, ascending === true) };
}

/** `pgd` or `pgd@0.3`. */
function readAttack(text: string): NonNullable<RunFilter['attacks']>[number] {
  const at = text.lastIndexOf('@');
  if (at < 0) return { plugin: text };
  const epsilon = Number(text.slice(at + 1));
  if (at === 0 || text.slice(at + 1).trim() === '' || !(epsilon >= 0)) throw invalid('<plugin> or <plugin>@<epsilon>', text, '--attack');
  return { plugin: text.slice(0, at), epsilon: { equals: epsilon } };
}

function readSort(text: string | undefined, ascending: boolean): RunSort | undefined {
  if (text === undefined) return ascending ? { by: 'number', descending: false } : undefined;
  const [, key, name] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
  const by = oneOf(key!, Object.keys(keys) as RunSort['by'][], '--sort');
  if (keys[by] !== (name !== undefined && name !== '')) throw invalid(keys[by] ? `${by}=<name>` : `${by} without a name`, text, '--sort');
  return { by, ...(keys[by] ? { name: name! } : {}), descending: !ascending };
}

function filled<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list];
}

function oneOf<Word extends string>(word: string, words: readonly Word[], flag: string): Word {
  const found = words.find((one) => one === word);
  if (found === undefined) throw invalid(`one of ${words.join(', ')}`, word, flag);
  return found;
}

function invalid(expected: string, got: string, flag: string): LabError {
  return new LabError('INVALID_INPUT', `[runs] expected ${expected}, got ${JSON.stringify(got)} (${flag}).`, { path: flag.slice(2) });
}
