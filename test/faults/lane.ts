import { privatePostgres } from '@entropic-lab/store/testing';
import { wrongWith } from './judge.ts';
import { openLab } from './lab.ts';
import { agents, disturbed, kindsOn, undisturbed, type Disturbed, type Told } from './scenario.ts';

export interface LaneOptions {
  readonly database: 'pglite' | 'postgres';
  readonly seeds: readonly number[];
  readonly faults: number;
  readonly engine?: string | undefined;
}

export interface SeedResult {
  readonly seed: number;
  /** Absent where the seed did not come to an end. */
  readonly told?: Disturbed;
  /** What is wrong, in words; empty for a seed that went well. */
  readonly wrong: readonly string[];
  /** How to see it again. */
  readonly replay: string;
}

/** The run that was left alone first, then each seed, one after another in one lab. */
export async function* runLane({ database, seeds, faults, engine }: LaneOptions): AsyncGenerator<SeedResult & { readonly left: Told; readonly disk: string; readonly printed: () => string }> {
  await using postgres = database === 'postgres' ? await privatePostgres() : undefined;
  await using lab = await openLab({ agents, postgres, engine });
  const left = await undisturbed(lab);
  const wrongAlone = wrongWith(left, left);
  if (wrongAlone.length > 0) throw new Error(`the run left alone: ${wrongAlone.join('; ')}\n${lab.printed()}`);
  const kinds = kindsOn(database);
  for (const seed of seeds) {
    const replay = `npm run faults -- --runs 1 --seed ${seed} --faults ${faults} --database ${database}`;
    const rest = { seed, replay, left, disk: lab.disk.kind, printed: () => lab.printed() };
    try {
      const told = await disturbed(lab, seed, { faults, kinds });
      yield { ...rest, told, wrong: wrongWith(told, left) };
    } catch (thrown) {
      yield { ...rest, wrong: [String(thrown)] };
      // What hangs would only disturb the others.
      return;
    }
  }
}
