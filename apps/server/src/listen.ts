import { LabError } from '@entropic-lab/protocol';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Binds the server. Port 0 takes a free one.
 * @returns The port.
 * @throws LabError PORT_IN_USE; INVALID_INPUT for an address that cannot be bound.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw describe(cause as NodeJS.ErrnoException, host, port);
  }
  return (server.address() as AddressInfo).port;
}

function describe(cause: NodeJS.ErrnoException, host: string, port: number): LabError {
  if (cause.code === 'EADDRINUSE') {
    return new LabError('PORT_IN_USE', `[server] expected port ${port} on ${host} to be free, got one that another process listens on. Stop that process, or choose another port (0 takes a free one).`, {
      path: 'port',
      cause,
    });
  }
  const path = cause.code === 'EACCES' ? 'port' : 'host';
  return new LabError('INVALID_INPUT', `[server] expected an address that can be bound, got ${host}:${port}: ${cause.message} (${path}).`, { path, cause });
}
