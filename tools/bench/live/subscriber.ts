import { WebSocket } from 'ws';

const query = 'subscription ($runId: ID!, $after: Int!) { runEvents(runId: $runId, after: $after) { runId seq attempt time body } }';

/**
 * One subscriber on a connection of its own, by the bare protocol: the load generator is not to be slower than what it
 * measures. Resolves, with what ends it, once the lab has taken the subscription.
 */
export async function subscribe(url: string, variables: { readonly runId: string; readonly after: number }, onEvent: (seq: number) => void): Promise<() => void> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; payload?: { data?: { runEvents: { seq: number } }; errors?: unknown } };
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
        // The answer to a ping comes behind the subscription, for messages are taken in order.
        socket.send('{"type":"ping"}');
      } else if (message.type === 'pong') resolve();
      else if (message.type === 'ping') socket.send('{"type":"pong"}');
      else if (message.type === 'next' && message.payload?.data !== undefined) onEvent(message.payload.data.runEvents.seq);
      else throw new Error(data.toString());
    });
  });
  return () => socket.terminate();
}
