import { LabError } from '@entropic-lab/protocol';

/** How a database that cannot be reached, was shut down or starts up shows: codes of the system and of PostgreSQL (appendix A). */
const away: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it broke the connection',
  ENOENT: 'its socket is gone',
  ENOTFOUND: 'its host is unknown',
  EAI_AGAIN: 'its host cannot be looked up',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  EPIPE: 'it broke the connection',
  ETIMEDOUT: 'it does not answer',
  '08000': 'the connection failed',
  '08001': 'it cannot be connected to',
  '08003': 'the connection is gone',
  '08004': 'it refuses connections',
  '08006': 'the connection failed',
  '53300': 'it has no connection left',
  '57P01': 'it was shut down',
  '57P02': 'it crashed',
  '57P03': 'it is starting up',
};

/** What the driver says without a code. */
const awayMessages = [/^Connection terminated/, /connection error and is not queryable/, /^timeout (exceeded|expired) when trying to connect/, /^Client was closed/];

/** What was thrown, or NOT_READY where the cause behind it is that the database is away. */
export function inWords(thrown: unknown): unknown {
  if (thrown instanceof LabError) return thrown;
  if (codesOf(thrown).includes('53100')) {
    return new LabError('DISK_FULL', '[store] expected room for the database, got a disk that is full. Make room where it lies, and ask again.', { cause: thrown });
  }
  const reason = reasonOf(thrown);
  if (reason === undefined) return thrown;
  const message = `[store] expected a database that answers, got none: ${reason}. Ask again in a moment; what was asked for is done whole or not at all.`;
  return new LabError('NOT_READY', message, { cause: thrown });
}

function codesOf(thrown: unknown): unknown[] {
  return thrown instanceof Error ? [(thrown as NodeJS.ErrnoException).code, ...codesOf(thrown.cause)] : [];
}

function reasonOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // A file that is missing has the same code as a socket that is.
    if (code !== undefined && Object.hasOwn(away, code) && (code !== 'ENOENT' || syscall === 'connect')) return away[code];
    const { message } = error;
    if (awayMessages.some((known) => known.test(message))) return message;
    // Several addresses were tried, and each failed.
    if (error instanceof AggregateError) return error.errors.map(reasonOf).find((found) => found !== undefined);
  }
  return undefined;
}
