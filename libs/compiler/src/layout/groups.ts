/** Disjoint sets that can be joined. */
export class Groups<T> {
  readonly #parent = new Map<T, T>();

  of(member: T): T {
    if (!this.#parent.has(member)) this.#parent.set(member, member);
    let root = member;
    while (this.#parent.get(root) !== root) root = this.#parent.get(root)!;
    this.#parent.set(member, root);
    return root;
  }

  join(a: T, b: T): void {
    this.#parent.set(this.of(a), this.of(b));
  }

  members(): T[] {
    return [...this.#parent.keys()];
  }
}
