import './scalars.ts';
import './lab.ts';
import './run.ts';
import './runs.ts';
import './label-runs.ts';
import './compare-runs.ts';
import './series.ts';
import './leaderboard.ts';
import './examples.ts';
import './paired-test.ts';
import './catalogue.ts';
import './worker.ts';
import './start-run.ts';
import './study.ts';
import './schedule.ts';
import './lease.ts';
import './report.ts';
import './run-event-types.ts';
import './run-events.ts';
import './changes.ts';
import './tokens.ts';
import { guardSchema } from '../access/guard-schema.ts';
import { builder } from './builder.ts';

/** The whole API, a module a noun. */
export const schema = guardSchema(builder.toSchema());
