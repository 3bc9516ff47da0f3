/** A set of nodes by their number. */
type Bits = Uint32Array;

const has = (set: Bits, i: number) => (set[i >> 5]! & (1 << (i & 31))) !== 0;
const meets = (a: Bits, b: Bits) => a.some((word, i) => (word & b[i]!) !== 0);

function put(set: Bits, i: number): void {
  set[i >> 5]! |= 1 << (i & 31);
}

function unite(a: Bits, b: Bits): void {
  b.forEach((word, i) => (a[i]! |= word));
}

/** Nodes as far as grouping knows them: which ones each reads, and whether it may be in a group. */
export interface Candidates {
  readonly count: number;
  /** The numbers of the nodes that a node reads from, all before it. */
  readonly reads: (node: number) => readonly number[];
  readonly isCandidate: (node: number) => boolean;
  /** Whether these nodes, in order, can be one. */
  readonly canBeOne: (nodes: readonly number[]) => boolean;
}

/**
 * Groups of nodes that can be computed together: each joins those that it reads from, where no way from a group leads out
 * and back into it.
 */
export function groupsOf({ count, reads, isCandidate, canBeOne }: Candidates): number[][] {
  const words = (count + 31) >> 5;
  const before: Bits[] = [];
  const groupOf: (number[] | undefined)[] = [];
  for (let node = 0; node < count; node++) {
    before.push(new Uint32Array(words));
    for (const read of reads(node)) {
      unite(before[node]!, before[read]!);
      put(before[node]!, read);
    }
    if (!isCandidate(node)) continue;
    let group = [node];
    for (const other of new Set(reads(node).map((read) => groupOf[read]))) {
      if (other === undefined) continue;
      const joined = [...new Set([...other, ...group])].sort((a, b) => a - b);
      if (isClosed(joined, { words, before, reads }) && canBeOne(joined)) group = joined;
    }
    for (const member of group) groupOf[member] = group;
  }
  return [...new Set(groupOf.filter((group) => group !== undefined))];
}

/** Whether nothing outside of a group that it reads from has itself been made from the group. */
function isClosed(group: readonly number[], { words, before, reads }: { words: number; before: readonly Bits[]; reads: Candidates['reads'] }): boolean {
  const members = new Uint32Array(words);
  for (const member of group) put(members, member);
  return group.every((member) => reads(member).every((read) => has(members, read) || !meets(before[read]!, members)));
}
