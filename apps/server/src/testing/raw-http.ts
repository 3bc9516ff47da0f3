import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** One keep-alive connection that sends requests as they are, byte for byte, and reads answers by their length. */
export class RawHttp {
  #socket: Socket;
  #unread = Buffer.alloc(0);
  #wake = () => {};
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
    this.#socket = this.#connect();
  }

  #connect(): Socket {
    this.#unread = Buffer.alloc(0);
    const socket = connect(this.#port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => this.#wake());
    socket.on('data', (part: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, part]);
      this.#wake();
    });
    return socket;
  }

  /** The answer to a GraphQL request with that content, or undefined where the server closed the connection. */
  async send(content: Buffer): Promise<RawAnswer | undefined> {
    this.#socket.write(Buffer.concat([Buffer.from(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n`), content]));
    for (;;) {
      const answer = this.#take();
      if (answer !== undefined) return answer;
      if (this.#socket.closed) return void (this.#socket = this.#connect());
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(): RawAnswer | undefined {
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.#unread.subarray(0, end).toString('latin1');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#unread.length < end + 4 + length) return undefined;
    const answer = { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)![1]), body: this.#unread.subarray(end + 4, end + 4 + length).toString() };
    this.#unread = this.#unread.subarray(end + 4 + length);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }
}
