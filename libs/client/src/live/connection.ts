// A package's own `imports` choose by platform; the rule takes the name for another project's.
// eslint-disable-next-line @nx/enforce-module-boundaries
import { webSocket } from '#web-socket';
import { createClient as createConnection, type Client as Connection } from 'graphql-ws';
import type { Endpoint } from '../endpoint.ts';

/** A network may go away without a word: a ping that stays unanswered so long ends the connection. */
const silence = { pingEveryMs: 10_000, answerWithinMs: 5_000 } as const;

export type ConnectionState = 'open' | 'lost';

/** One WebSocket for all streams of a client, opened with the first and closed with the last. */
export function connect({ live: url, token }: Endpoint, onState: (state: ConnectionState) => void = () => {}): Connection {
  let answer: ReturnType<typeof setTimeout> | undefined;
  const connection = createConnection({
    url,
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
        if ((event as { code?: number } | undefined)?.code !== 1000) onState('lost');
      },
    },
  });
  return connection;
}
