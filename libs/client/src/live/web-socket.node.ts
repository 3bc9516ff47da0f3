import { WebSocket } from 'ws';

/** Node 20 has none of its own. */
export const webSocket: unknown = WebSocket;
