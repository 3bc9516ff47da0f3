import { LabError, parse, PoolName } from '@entropic-lab/protocol';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DeviceName, EngineName, PluginSource } from './ipc.ts';

/** One row a setting: flag, environment variable, default, meaning. */
export const settings = {
  url: { env: 'ENTROPIC_URL', default: 'http://127.0.0.1:4000', help: 'address of the lab; of further servers of the same lab behind it, separated by commas' },
  token: { env: 'ENTROPIC_TOKEN', default: '', help: 'token that lets a worker in, where the lab asks for one' },
  name: { env: 'ENTROPIC_WORKER_NAME', default: hostname(), help: 'what people call this worker' },
  engine: { env: 'ENTROPIC_ENGINE', default: 'auto', help: `${EngineName.options.join(', ')}: what computes; auto takes the best that starts` },
  device: { env: 'ENTROPIC_DEVICE', default: 'auto', help: 'auto, cpu or gpu:<number>: on what; auto takes the first graphics card' },
  lookAgainSeconds: { env: 'ENTROPIC_LOOK_AGAIN_SECONDS', default: '300', help: 'a worker whose graphics card did not start looks for it again after so long, while it computes nothing; 0: never' },
  slots: { env: 'ENTROPIC_SLOTS', default: '1', help: 'runs computed at a time' },
  threads: { env: 'ENTROPIC_THREADS', default: '', help: 'threads each run computes with on the processor; empty: cores divided by slots' },
  pools: { env: 'ENTROPIC_POOLS', default: 'default', help: 'pools whose runs it computes, separated by commas' },
  plugins: { env: 'ENTROPIC_PLUGINS', default: '[]', help: 'plugin packages to load, as JSON: [{"package": "...", "root": "folder to resolve it from"}]' },
  checkpointSeconds: { env: 'ENTROPIC_CHECKPOINT_SECONDS', default: '30', help: 'least time between two checkpoints, in seconds' },
  silenceSeconds: { env: 'ENTROPIC_SILENCE_SECONDS', default: '120', help: 'a runner without a sign of life for so long is ended' },
  heapMb: { env: 'ENTROPIC_RUNNER_HEAP_MB', default: '', help: "limit of a runner's JavaScript heap in MB; empty: Node's own" },
  spoolFolder: { env: 'ENTROPIC_SPOOL_FOLDER', default: join(tmpdir(), 'entropic-spool'), help: 'where events wait on disk while the lab is away; agents of one machine may share it' },
  spoolMb: { env: 'ENTROPIC_SPOOL_MB', default: '1024', help: 'events of a run that wait, in MB, above which the run pauses' },
  logLevel: { env: 'ENTROPIC_LOG_LEVEL', default: 'info', help: 'trace, debug, info, warn, error or silent' },
} as const;

const Config = z.strictObject({
  url: z.string().transform((text) => text.split(',').map((url) => url.trim())).pipe(z.array(z.url()).min(1)),
  token: z.string(),
  name: z.string().min(1).max(200),
  engine: EngineName,
  device: DeviceName,
  lookAgainSeconds: z.coerce.number().min(0),
  slots: z.coerce.number().int().min(1),
  threads: z.literal('').transform(() => undefined).or(z.coerce.number().int().min(1)),
  pools: z.string().transform((text) => text.split(',').map((name) => name.trim())).pipe(z.array(PoolName).min(1)),
  plugins: z.string().transform(fromJson).pipe(z.array(PluginSource)),
  checkpointSeconds: z.coerce.number().min(0),
  silenceSeconds: z.coerce.number().positive(),
  heapMb: z.literal('').transform(() => undefined).or(z.coerce.number().int().min(64)),
  spoolFolder: z.string().min(1),
  spoolMb: z.coerce.number().positive(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
});
export type WorkerConfig = z.output<typeof Config>;

/**
 * The worker's configuration: a flag before its environment variable before the default.
 * @throws LabError INVALID_INPUT that names the setting.
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): WorkerConfig {
  const names = Object.keys(settings) as (keyof typeof settings)[];
  const flagName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const options = Object.fromEntries(names.map((name) => [flagName(name), { type: 'string' as const }]));
  let flags: Record<string, string | boolean | undefined>;
  try {
    flags = parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new LabError('INVALID_INPUT', `[worker] ${LabError.from(error).message}. Known flags: ${names.map((name) => `--${flagName(name)}`).join(', ')}.`);
  }
  return parse(Config, Object.fromEntries(names.map((name) => [name, flags[flagName(name)] ?? env[settings[name].env] ?? settings[name].default])), 'worker');
}

function fromJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON' });
    return z.NEVER;
  }
}
