import { LabError } from '@entropic-lab/protocol';
import { sql } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { epochs } from '../tables.ts';

export interface SeriesOptions {
  readonly runIds: readonly string[];
  /** Metrics by name. */
  readonly names: readonly string[];
  /** At most so many points a series, at least 4. */
  readonly maxPoints: number;
}

/** A metric over the epochs of a run. */
export interface Series {
  readonly runId: string;
  readonly name: string;
  /** Epochs that told it, of which `points` may be a part. */
  readonly rawPoints: number;
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

interface Bucket extends Record<string, unknown> {
  readonly run_id: string;
  readonly name: string;
  readonly raw: number;
  readonly low_epoch: number;
  readonly low: number;
  readonly high_epoch: number;
  readonly high: number;
}

/**
 * Metrics over epochs, for charts. A series longer than `maxPoints` keeps its first and last point and, of each of equally
 * long stretches between them, the smallest and the largest value at their own epochs: so no peak is lost, and what is
 * drawn is measured and not interpolated. Series without a point are left out.
 * @throws LabError INVALID_INPUT.
 */
export async function readSeries({ database }: Session, { runIds, names, maxPoints }: SeriesOptions): Promise<Series[]> {
  if (!(maxPoints >= 4)) throw new LabError('INVALID_INPUT', `[store] expected at least 4 points a series, got ${maxPoints} (maxPoints).`, { path: 'maxPoints' });
  if (runIds.length === 0 || names.length === 0) return [];
  const stretches = Math.floor((maxPoints - 2) / 2);
  const list = (values: readonly string[]) => sql.join(values.map((value) => sql`${value}`), sql`, `);
  const { rows } = (await database.execute(sql`
    with raw as (
      select e.run_id, n.name, e.epoch, (e.metrics ->> n.name)::float8 as value
      from ${epochs} e cross join unnest(array[${list(names)}]::text[]) as n(name)
      where e.run_id in (${list(runIds)}) and e.metrics ? n.name
    ), counted as (
      select raw.*, count(*) over series as raw, row_number() over (partition by run_id, name order by epoch) - 1 as place
      from raw window series as (partition by run_id, name)
    ), bucketed as (
      select counted.*, case when raw <= ${maxPoints}::int then place when place = 0 then -1 when place = raw - 1 then ${stretches}::int
        else (place - 1) * ${stretches}::int / (raw - 2) end as bucket
      from counted
    )
    select run_id, name, raw::int,
      (array_agg(epoch order by value, epoch))[1] as low_epoch, min(value) as low,
      (array_agg(epoch order by value desc, epoch))[1] as high_epoch, max(value) as high
    from bucketed group by run_id, name, raw, bucket order by run_id, name, bucket`)) as unknown as { rows: Bucket[] };
  return assemble(rows);
}

function assemble(buckets: readonly Bucket[]): Series[] {
  const found = new Map<string, { runId: string; name: string; rawPoints: number; points: { epoch: number; value: number }[] }>();
  for (const { run_id: runId, name, raw, ...bucket } of buckets) {
    const key = JSON.stringify([runId, name]);
    const series = found.get(key) ?? { runId, name, rawPoints: raw, points: [] };
    found.set(key, series);
    const [low, high] = [{ epoch: bucket.low_epoch, value: bucket.low }, { epoch: bucket.high_epoch, value: bucket.high }];
    series.points.push(...(low.epoch === high.epoch ? [low] : low.epoch < high.epoch ? [low, high] : [high, low]));
  }
  return [...found.values()];
}
