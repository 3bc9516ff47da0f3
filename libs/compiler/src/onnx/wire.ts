/** Writes protocol-buffer messages: https://protobuf.dev/programming-guides/encoding/ */
export class Wire {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** An int64 field; `value` is a safe integer. */
  int(field: number, value: number): this {
    return this.#push(varint(field * 8)).#push(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint(field * 8 + 5)).#push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + 2)).#push(varint(value.length)).#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Wire): this {
    this.#push(varint(field * 8 + 2)).#push(varint(value.#length));
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
