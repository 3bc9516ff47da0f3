import type { Client, Run } from '@entropic-lab/client';
import { LabError, type FinalEvaluation } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { connect } from '../lab/connect.ts';
import { comparison } from '../terminal/comparison.ts';
import { attackTitle } from '../terminal/run-view.ts';
import { table } from '../terminal/table.ts';
import { urlFlag } from './flags.ts';

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('runs side by side, and the first against each other one on the same images')
    .argument('<run...>', 'ids of two runs or more')
    .option(...urlFlag)
    .action(async (ids: string[], flags: { url: string }) => {
      if (new Set(ids).size < 2) throw new LabError('INVALID_INPUT', `[compare] expected two different runs or more, got ${ids.join(' ')}. \`entropic runs\` lists them.`);
      await using client = connect(flags.url);
      const runs = await Promise.all([...new Set(ids)].map((id) => read(client, id)));
      console.log(comparison(runs.map(({ run, evaluation }) => ({ title: run.spec.name ?? run.id, evaluation }))));
      const rows = (await Promise.all(runs.slice(1).map((other) => pairedRows(client, runs[0]!, other)))).flat();
      console.log(`\nOn the same images, exact McNemar test:\n\n${rows.length === 0 ? 'these runs have no attack in common.' : table(columns, rows)}`);
    });
}

const left = { align: 'left' } as const;
const columns = [{ title: 'run', ...left }, { title: 'against', ...left }, { title: 'attack', ...left }, { title: 'images' }, { title: 'both withstand' }, { title: 'only the first' }, { title: 'only the second' }, { title: 'neither' }, { title: 'p' }];

interface Evaluated {
  readonly run: Run;
  readonly evaluation: FinalEvaluation;
}

/** @throws LabError UNKNOWN_RUN; INVALID_INPUT for a run without a final evaluation. */
async function read(client: Client, id: string): Promise<Evaluated> {
  const run = await client.run(id);
  if (run === undefined) throw new LabError('UNKNOWN_RUN', `[compare] expected the id of a run, got "${id}". \`entropic runs\` lists them.`);
  if (run.status !== 'succeeded') throw new LabError('INVALID_INPUT', `[compare] expected runs that succeeded, got ${id}, which is ${run.status}. \`entropic watch ${id}\` shows it.`);
  let evaluation: FinalEvaluation | undefined;
  for await (const { body } of client.follow(id)) if (body.type === 'evaluated') evaluation = body.evaluation;
  if (evaluation === undefined) throw new LabError('INTERNAL', `[compare] expected a final evaluation of run ${id}, which succeeded, got none. Please report it.`);
  return { run, evaluation };
}

/** Attacks on the logits that both had. */
async function pairedRows(client: Client, first: Evaluated, second: Evaluated): Promise<string[][]> {
  const titles = new Set(second.evaluation.attacks.filter(({ shown }) => shown === 'logits').map(attackTitle));
  const common = first.evaluation.attacks.filter((attack) => attack.shown === 'logits' && attack.target === undefined && titles.has(attackTitle(attack)));
  return await Promise.all(
    common.map(async (attack) => {
      const { plugin, norm, epsilon } = attack;
      const { images, both, onlyFirst, onlySecond, neither, pValue } = await client.pairedTest({ plugin, norm, epsilon, shown: 'logits', first: first.run.id, second: second.run.id });
      return [first.run.id, second.run.id, attackTitle(attack), ...[images, both, onlyFirst, onlySecond, neither].map(String), pValue < 1e-4 ? '< 0.0001' : pValue.toPrecision(2)];
    }),
  );
}
