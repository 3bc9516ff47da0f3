/** Machine code under way: bytes, and places that jumps go to, which may be known only later. */
export class Code {
  readonly #bytes: number[] = [];
  readonly #jumps: { readonly at: number; readonly label: Label }[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  byte(...values: readonly number[]): void {
    for (const value of values) this.#bytes.push(value & 0xff);
  }

  /** @throws RangeError where it is none: a distance or a size beyond 2 GB would be another one. */
  int32(value: number): void {
    if (value !== (value | 0)) throw new RangeError(`expected a number of 32 bits, got ${value}`);
    this.byte(value, value >> 8, value >> 16, value >> 24);
  }

  /** The distance from the end of these four bytes to a label. */
  distance(label: Label): void {
    this.#jumps.push({ at: this.length, label });
    this.int32(0);
  }

  /** Here is where the label's jumps go. */
  place(label: Label): void {
    label.at = this.length;
  }

  /** All code, with its jumps. @throws where a jump goes to a label that was not placed. */
  finish(): Uint8Array {
    const bytes = Uint8Array.from(this.#bytes);
    const view = new DataView(bytes.buffer);
    for (const { at, label } of this.#jumps) {
      if (label.at === undefined) throw new Error('a jump goes to a label that was not placed');
      view.setInt32(at, label.at - (at + 4), true);
    }
    return bytes;
  }
}

/** A place in code. */
export class Label {
  at: number | undefined;
}
