import { InvalidArgumentError, type Command } from 'commander';

/** Flags of every command that starts a lab of its own. */
export interface LabFlags {
  readonly folder: string;
  readonly port: number;
  readonly engine: string;
  readonly device: string;
  readonly slots: number;
  readonly threads?: number;
  readonly plugin: readonly string[];
}

export const defaultPort = 4000;

export function labFlags(command: Command, defaults: { readonly port?: number } = {}): Command {
  return command
    .option('--folder <path>', 'data folder', '.entropic')
    .option('--port <number>', 'port to listen on; 0 takes a free one', integer(0, 65_535), defaults.port ?? defaultPort)
    .option(...engineFlag)
    .option(...deviceFlag)
    .option('--slots <number>', 'runs the worker computes at a time', integer(1), 1)
    .option(...threadsFlag)
    .option('--plugin <package>', 'load this plugin package or folder too; may be repeated', collect, []);
}

export const urlFlag = ['--url <address>', 'address of the lab', process.env['ENTROPIC_URL'] ?? `http://127.0.0.1:${defaultPort}`] as const;

export const engineFlag = ['--engine <name>', 'auto, compiled, compiled-cuda, compiled-webgpu, tensorflow, webgpu, wasm or cpu', 'auto'] as const;

export const threadsFlag = ['--threads <number>', 'threads each run computes with on the processor; default: cores divided by slots', integer(1)] as const;

export const deviceFlag = ['--device <id>', 'on what: auto (the first graphics card, or the processor), cpu or gpu:<number>', 'auto'] as const;

export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** A parser for commander: a whole number from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`expected a whole number ${range}, got "${text}".`);
    }
    return value;
  };
}

/** A parser for commander: a number of at least `min`. */
export function atLeast(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min) throw new InvalidArgumentError(`expected a number of at least ${min}, got "${text}".`);
    return value;
  };
}
