/** Every code an error of the lab may carry, and what it means. Codes are a contract: they are added, never changed. */
export const errorCodes = {
  INVALID_INPUT: 'a value has the wrong type, form or range; `path` names the field',
  UNKNOWN_PLUGIN: 'no registered worker offers a plugin of that name',
  UNKNOWN_DATASET: 'no registered worker offers a dataset of that name',
  UNKNOWN_ARCHITECTURE: 'no registered worker offers an architecture of that name',
  UNKNOWN_RUN: 'no run has that id',
  UNKNOWN_WORKER: 'no worker is registered under that id',
  UNKNOWN_ARTIFACT: 'no artifact with that hash is stored',
  NO_CATALOGUE: 'no worker has registered yet, so nothing can be checked against a catalogue',
  RUN_NOT_FINISHED: 'the run has not succeeded, so it has no weights to start from',
  RUN_ENDED: 'the run has ended already',
  RUN_NOT_ENDED: 'the run waits or is computed, and what was asked for needs one that has ended',
  UNKNOWN_STUDY: 'no study has that id',
  UNKNOWN_TOKEN: 'no token has that id',
  UNKNOWN_SCHEDULE: 'no schedule has that id',
  LEASE_LOST: 'the lease of that attempt has expired, was revoked or belongs to a newer attempt',
  EVENT_CONFLICT: 'an event with that sequence number is recorded with other content, or a number is missing before it',
  BAD_DATASET_FILE: 'a dataset file is missing, truncated or altered',
  BAD_WEIGHTS: 'weights are missing, truncated, altered or of another architecture',
  BAD_ARTIFACT: 'an artifact does not have the hash or size it was announced with',
  BAD_PLUGIN: 'a plugin package cannot be loaded or breaks its contract',
  PLUGIN_FAILED: 'a plugin threw while it ran',
  UNREACHABLE_TARGET: 'the options ask for a value that the metric cannot reach',
  DIVERGED: 'training produced a number that is not finite',
  UNTRACEABLE: 'a function cannot be compiled; the message names the operation',
  NO_ENGINE: 'the engine or device asked for is not available',
  DEVICE_LOST: 'the card or its driver stopped while it computed; another attempt, on it or elsewhere, goes on from the last checkpoint',
  OUT_OF_MEMORY: 'the device has too little memory for what was asked of it',
  RUNNER_DIED: 'the process that computed the run ended without a result',
  OUT_OF_BUDGET: 'a limit on calls, steps or time was reached',
  CANCELLED: 'somebody asked for it to stop',
  PORT_IN_USE: 'another process listens on that port',
  DATA_FOLDER_IN_USE: 'another server holds that data folder',
  DATA_FOLDER_UNUSABLE: 'the data folder cannot be created, read or written',
  DISK_FULL: 'the disk or quota behind the lab or a worker has no room left; what waits goes on once there is some',
  UNAUTHENTICATED: 'a token is needed, or the one that came is unknown, expired or revoked',
  TOO_COMPLEX: 'the query is too deep, too wide or would read too much',
  RATE_LIMITED: 'too many requests in too short a time; the answer says when to ask again',
  FORBIDDEN: 'that host, origin or token may not do that',
  SERVER_UNREACHABLE: 'no lab answers at that address',
  NOT_READY: 'something did not become ready in the time allowed',
  INTERNAL: 'a defect in the lab; please report it',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value);
}

export interface LabErrorOptions {
  /** Path of the field at fault, from the root of the input: `evaluation.attacks.0.epsilon`. */
  readonly path?: string;
  readonly cause?: unknown;
}

/** What an error is once it has crossed a process. */
export interface LabErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path?: string | undefined;
}

/**
 * The only error the lab throws on purpose. The message says who, what was expected, what came and what to do:
 * `[pgd] expected epsilon >= 0, got -0.1 (evaluation.attacks.0.epsilon). Use 0 or a positive number.`
 */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: ErrorCode;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, options: LabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.path = options.path;
  }

  toJSON(): LabErrorRecord {
    return { code: this.code, message: this.message, ...(this.path === undefined ? {} : { path: this.path }) };
  }

  /** Any thrown value as a LabError: one stays as it is, anything else becomes `code` (default INTERNAL). */
  static from(thrown: unknown, code: ErrorCode = 'INTERNAL'): LabError {
    if (thrown instanceof LabError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new LabError(code, message, { cause: thrown });
  }
}
