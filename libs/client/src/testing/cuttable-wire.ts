import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy on this machine whose connections a test can cut, and which can refuse new ones. */
export interface CuttableWire extends AsyncDisposable {
  readonly url: string;
  cut(): void;
  refuse(yes: boolean): void;
}

export async function cuttableWire(port: number): Promise<CuttableWire> {
  const open = new Set<Socket>();
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => open.forEach((socket) => socket.destroy());
  const close = async () => {
    cut();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut, refuse: (yes) => void (refusing = yes), [Symbol.asyncDispose]: close };
}
