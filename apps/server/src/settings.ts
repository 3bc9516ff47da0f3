import { LabError } from '@entropic-lab/protocol';
import { parseArgs } from 'node:util';
import type { ServerOptions } from './start-server.ts';

type Settings = Omit<ServerOptions, 'log'> & { readonly logLevel: string };

interface Setting {
  /** Flag; also the name of the option of `startServer`. */
  readonly name: keyof Settings;
  readonly variable: string;
  readonly read: (text: string, path: string) => string | number | boolean | string[];
  readonly help: string;
}

/** Every environment variable and flag of the server. A flag goes before a variable; what is left out has its default. */
export const settings: readonly Setting[] = [
  { name: 'folder', variable: 'ENTROPIC_FOLDER', read: text, help: 'Data folder. Default .entropic' },
  { name: 'databaseUrl', variable: 'DATABASE_URL', read: text, help: 'postgres://user:password@host/database. Default: an embedded database in the folder' },
  { name: 'host', variable: 'ENTROPIC_HOST', read: text, help: 'Address to bind. Default 127.0.0.1' },
  { name: 'port', variable: 'ENTROPIC_PORT', read: integer(0, 65_535), help: 'Port, 0 for a free one. Default 4000' },
  { name: 'allowedHosts', variable: 'ENTROPIC_ALLOWED_HOSTS', read: list, help: 'Further host names by which the server may be called, separated by commas' },
  { name: 'allowedOrigins', variable: 'ENTROPIC_ALLOWED_ORIGINS', read: list, help: 'Further origins whose pages may call it, separated by commas' },
  { name: 'leaseSeconds', variable: 'ENTROPIC_LEASE_SECONDS', read: number(0.2, 86_400), help: 'Silence after which a run is taken from its worker. Default 30' },
  { name: 'maxAttempts', variable: 'ENTROPIC_MAX_ATTEMPTS', read: integer(1, 1000), help: 'Claims after which a run that loses its worker or whose computation dies has failed. Default 3' },
  { name: 'retrySeconds', variable: 'ENTROPIC_RETRY_SECONDS', read: number(0, 86_400), help: 'Wait before a run whose computation died is tried again, doubled at each attempt. Default 5' },
  { name: 'forgetSeconds', variable: 'ENTROPIC_FORGET_SECONDS', read: number(1, 1e9), help: 'Silence after which an idle worker is forgotten. Default 604800' },
  { name: 'keepCheckpoints', variable: 'ENTROPIC_KEEP_CHECKPOINTS', read: integer(0, 1e6), help: 'Checkpoints kept of a run that has not succeeded, the latest; of one that has, none is. 0: all of all runs. Default 2' },
  { name: 'artifactGraceSeconds', variable: 'ENTROPIC_ARTIFACT_GRACE_SECONDS', read: number(1, 1e9), help: 'Artifacts that no run names are removed so long after they last came. Default 86400' },
  { name: 'sweepSeconds', variable: 'ENTROPIC_SWEEP_SECONDS', read: number(1, 1e6), help: 'Time between two looks for artifacts to remove. Default 600' },
  { name: 'artifactUrl', variable: 'ENTROPIC_ARTIFACT_URL', read: text, help: 'Bucket of S3-compatible storage for artifacts, https://host/bucket or https://host/bucket/folder. Default: the data folder' },
  { name: 'artifactKeyId', variable: 'AWS_ACCESS_KEY_ID', read: text, help: 'Of the bucket' },
  { name: 'artifactSecret', variable: 'AWS_SECRET_ACCESS_KEY', read: text, help: 'Of the bucket' },
  { name: 'artifactRegion', variable: 'AWS_REGION', read: text, help: 'Of the bucket. Default: as its host says, else us-east-1' },
  { name: 'maxArtifactBytes', variable: 'ENTROPIC_MAX_ARTIFACT_BYTES', read: integer(1, Number.MAX_SAFE_INTEGER), help: 'Size limit of one artifact. Default 4294967296' },
  { name: 'maxRequestBytes', variable: 'ENTROPIC_MAX_REQUEST_BYTES', read: integer(1024, 2 ** 31), help: 'Size limit of a GraphQL request. Default 67108864' },
  { name: 'studio', variable: 'ENTROPIC_STUDIO', read: text, help: 'Folder of the built Studio, served at /. `entropic up` builds it and gives it' },
  { name: 'introspection', variable: 'ENTROPIC_INTROSPECTION', read: flag, help: 'false: clients may not ask for the schema. Default true' },
  { name: 'rateLimit', variable: 'ENTROPIC_RATE_LIMIT', read: integer(0, 1e9), help: 'Requests a minute of one token, 0 for any number. Default 6000 with a token, any number where none is needed' },
  { name: 'logLevel', variable: 'ENTROPIC_LOG_LEVEL', read: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), help: 'Default info' },
];

/** @throws LabError INVALID_INPUT naming the flag or variable. */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const flags = readFlags(args);
  const given = settings.flatMap(({ name, variable, read }) => {
    const fromFlag = flags[name];
    const value = fromFlag ?? environment[variable];
    return value === undefined || value === '' ? [] : [[name, read(value, fromFlag === undefined ? variable : `--${name}`)]];
  });
  return { logLevel: 'info', ...(Object.fromEntries(given) as Partial<Settings>) };
}

function readFlags(args: readonly string[]): Partial<Record<string, string>> {
  try {
    const options = Object.fromEntries(settings.map(({ name }) => [name, { type: 'string' as const }]));
    return parseArgs({ args: [...args], options, allowPositionals: false }).values as Partial<Record<string, string>>;
  } catch (cause) {
    const known = settings.map(({ name }) => `--${name}`).join(', ');
    throw new LabError('INVALID_INPUT', `[server] expected known flags, got others: ${(cause as Error).message} Known: ${known}.`, { cause });
  }
}

function invalid(expected: string, got: string, path: string): LabError {
  return new LabError('INVALID_INPUT', `[server] expected ${expected}, got ${JSON.stringify(got)} (${path}).`, { path });
}

function text(value: string): string {
  return value;
}

function list(value: string): string[] {
  return value.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
}

function flag(value: string, path: string): boolean {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw invalid('true or false', value, path);
}

function number(least: number, most: number) {
  return (value: string, path: string): number => {
    const read = Number(value);
    if (read >= least && read <= most) return read;
    throw invalid(`a number from ${least} to ${most}`, value, path);
  };
}

function integer(least: number, most: number) {
  return (value: string, path: string): number => {
    const read = Number(value);
    if (Number.isInteger(read) && read >= least && read <= most) return read;
    throw invalid(`an integer from ${least} to ${most}`, value, path);
  };
}

function oneOf(...allowed: string[]) {
  return (value: string, path: string): string => {
    if (allowed.includes(value)) return value;
    throw invalid(`one of ${allowed.join(', ')}`, value, path);
  };
}
