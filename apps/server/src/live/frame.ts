import type { Writable } from 'node:stream';

/** A message as its parts: what is the reader's own, and what may be shared by thousands. */
export interface Message {
  /** `{"id":...,"payload":`, up to the answer. */
  readonly head: Buffer;
  readonly answer: Buffer;
}

/** A longer answer is written as it lies: all readers who wait hold the one copy. Below, one piece costs less than three. */
const longestCopied = 16_384;
const textInOneFrame = 0x81;
const closing = Buffer.from('}');

/**
 * Writes a message as one frame of WebSocket (RFC 6455, section 5.2), unmasked as a server's are, in one call of the system.
 * Whole within one turn, so that it may stand between whatever else ws writes to the same connection.
 */
export function writeMessage(wire: Writable, { head, answer }: Message, taken: (error?: Error | null) => void): void {
  const length = head.length + answer.length + closing.length;
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const copied = length <= longestCopied;
  const piece = Buffer.allocUnsafe(start + (copied ? length : head.length));
  writeOpening(piece, length);
  head.copy(piece, start);
  if (copied) {
    answer.copy(piece, start + head.length);
    closing.copy(piece, start + head.length + answer.length);
    wire.write(piece, taken);
    return;
  }
  wire.cork();
  wire.write(piece);
  wire.write(answer);
  wire.write(closing, taken);
  wire.uncork();
}

function writeOpening(frame: Buffer, length: number): void {
  frame[0] = textInOneFrame;
  if (length < 126) frame[1] = length;
  else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
}
