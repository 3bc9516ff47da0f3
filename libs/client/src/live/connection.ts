// A package's own `imports` choose by platform; the rule takes the name for another project's.
// eslint-disable-next-line @nx/enforce-module-boundaries
import { webSocket } from '#web-socket';
import { createClient as createConnection, type Client as Connection } from 'graphql-ws';
import type { Servers } from '../endpoint.ts';

/** A network may go away without a word: a ping that stays unanswered so long ends the connection. */
const silence = { pingEveryMs: 10_000, answerWithinMs: 5_000 } as const;

export type ConnectionState = 'open' | 'lost';

const counts = new WeakMap<Connection, number>();

/** How many servers a stream may try before it says that none answers. */
export function serversBehind(connection: Connection): number {
  return counts.get(connection) ?? 1;
}

/** One WebSocket for all streams of a client, opened with the first and closed with the last. */
export function connect(servers: Servers, onState: (state: ConnectionState) => void = () => {}): Connection {
  const { token } = servers.current;
  let used = servers.current;
  let answer: ReturnType<typeof setTimeout> | undefined;
  const connection = createConnection({
    url: () => {
      used = servers.current;
      return used.live;
    },
    webSocketImpl: webSocket,
    lazy: true,
    // Whoever reads goes on from a cursor of its own; a repeated subscription would start from the old one.
    retryAttempts: 0,
    keepAlive: silence.pingEveryMs,
    ...(token === undefined ? {} : { connectionParams: { token } }),
    on: {
      ping: (received) => {
        if (!received) answer = setTimeout(() => connection.terminate(), silence.answerWithinMs);
      },
      pong: (received) => {
        if (received) clearTimeout(answer);
      },
      connected: () => onState('open'),
      closed: (event) => {
        clearTimeout(answer);
        // 1000: the last stream was left, so the connection was closed on purpose.
        if ((event as { code?: number } | undefined)?.code === 1000) return;
        servers.moveOn(used);
        onState('lost');
      },
    },
  });
  counts.set(connection, servers.count);
  return connection;
}
