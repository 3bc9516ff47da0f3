/** The platform's own: browsers, Node 22 and later, Deno, Bun. */
export const webSocket: unknown = globalThis.WebSocket;
