import type { Client } from '@entropic-lab/client';
import { connect } from '../lab/connect.ts';
import { LabError } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { openFolder, startLab } from '../lab/start.ts';
import { collect } from '../reproduce/collect.ts';
import { conduct } from '../reproduce/conduct.ts';
import { tagOf } from '../reproduce/find-or-start.ts';
import { recordedPlan, type StudyDefinition } from '../reproduce/definition.ts';
import { findStudy, studies } from '../reproduce/find-study.ts';
import { partsOf } from '../reproduce/parts.ts';
import { StudyProgress } from '../reproduce/progress.ts';
import type { Results } from '../reproduce/results.ts';
import { plainWords } from '../reproduce/report/plain-words.ts';
import { writeReport } from '../reproduce/report/write.ts';
import { interruption } from '../terminal/interrupt.ts';
import { labFlags, type LabFlags } from './flags.ts';

interface ReproduceFlags extends LabFlags {
  readonly url?: string;
  readonly profile?: string;
  readonly table?: string;
  readonly figure?: string;
  readonly model?: string;
  readonly out?: string;
  readonly soFar?: true;
}

export function addReproduce(program: Command): void {
  labFlags(program.command('reproduce').description('compute the study of a paper and write a report; started again, it goes on where it was'), { port: 0 })
    .argument('<study>', `${studies.join(', ')}, or a file that exports a study`)
    .option('--profile <name>', 'how much to compute; default: the first of the study')
    .option('--table <id>', 'this table alone, and the runs it needs')
    .option('--figure <id>', 'this figure alone')
    .option('--model <architecture>', 'of this network alone')
    .option('--url <address>', 'use the lab there and its workers, instead of one of our own')
    .option('--so-far', 'compute nothing: write the report of what there is by now')
    .option('--out <folder>', 'where the report goes; default: <study>-<profile>')
    .action(reproduce);
}

async function reproduce(name: string, flags: ReproduceFlags): Promise<void> {
  const interrupted = interruption();
  // Every run that is followed listens, and a study has dozens.
  setMaxListeners(0, interrupted);
  const study = await findStudy(name);
  const profile = profileOf(study, flags.profile);
  const plan = partsOf(study.profiles[profile]!.plan, flags);
  console.log(`${study.title}\nProfile ${profile}: ${study.profiles[profile]!.summary}.\n${plan.runs.length} runs, ${plan.tables.length} tables, ${plan.figures.length} figures. Ctrl-C stops; started again it goes on.\n`);
  await using lab = await labFor(flags);
  const identity = { study: study.id, profile };
  const written = async (results: Results): Promise<void> => {
    const [plugins, { version: labVersion }] = await Promise.all([lab.client.plugins(), lab.client.lab()]);
    const report = { study, profile, command: commandOf(name, profile, flags), plan, results, plugins, labVersion };
    const file = await writeReport(resolve(flags.out ?? `${study.id}-${profile}`), report);
    console.log(`\n${plainWords(report).join('\n\n')}\n\nThe report is ${file}`);
  };
  if (flags.soFar === true) return await written(await collect(lab.client, plan, identity));
  const { id: studyId } = await lab.client.planStudy({ key: tagOf(identity), name: `${study.title} (${profile})`, plan: recordedPlan(study, study.profiles[profile]!.plan) });
  console.log(`Watch it at ${lab.client.url}/studies/${studyId}\n`);
  using progress = new StudyProgress(plan, process.stdout);
  try {
    const results = await conduct(lab.client, plan, {
      ...identity,
      studyId,
      signal: interrupted,
      onEvent: (planned, event) => progress.saw(planned, event),
      onEnd: (planned, outcome) => progress.ended(planned, outcome),
    });
    progress[Symbol.dispose]();
    await written(results);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    progress[Symbol.dispose]();
    console.log(flags.url === undefined ? 'stopping; the same command goes on from here.' : `stopped watching; the runs go on at ${flags.url}, and the same command takes them up.`);
    process.exitCode = 130;
  }
}

function profileOf({ id, profiles }: StudyDefinition, asked: string | undefined): string {
  const names = Object.keys(profiles);
  const chosen = asked ?? names[0];
  if (chosen !== undefined && Object.hasOwn(profiles, chosen)) return chosen;
  throw new LabError('INVALID_INPUT', `[study] expected a profile of ${id} (${names.join(', ')}), got "${asked ?? ''}" (--profile).`, { path: 'profile' });
}

async function labFor(flags: ReproduceFlags): Promise<AsyncDisposable & { readonly client: Client }> {
  if (flags.url !== undefined) {
    const client = connect(flags.url);
    return { client, [Symbol.asyncDispose]: async () => client[Symbol.asyncDispose]() };
  }
  // A worker would take up what waits.
  if (flags.soFar === true) return await openFolder(flags.folder);
  return await startLab({ ...flags, plugins: flags.plugin, onStep: (step) => console.log(`${step} ...`) });
}

/** What makes the report again; folders and addresses are the caller's own affair. */
function commandOf(study: string, profile: string, { table, figure, model }: ReproduceFlags): string {
  const parts = Object.entries({ profile, table, figure, model }).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${value}`]));
  return `npx entropic reproduce ${study} ${parts.join(' ')}`;
}
