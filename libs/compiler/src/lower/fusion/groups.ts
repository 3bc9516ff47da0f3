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
 * and, through nodes and other groups, back into it.
 */
export function groupsOf({ count, reads, isCandidate, canBeOne }: Candidates): number[][] {
  const groupOf: (readonly number[] | undefined)[] = [];
  const unitOf = (node: number) => groupOf[node] ?? [node];
  for (let node = 0; node < count; node++) {
    if (!isCandidate(node)) continue;
    let group: readonly number[] = [node];
    for (const other of new Set(reads(node).map((read) => groupOf[read]))) {
      if (other === undefined) continue;
      const joined = [...new Set([...other, ...group])].sort((a, b) => a - b);
      if (isClosed(joined, { reads, unitOf }) && canBeOne(joined)) group = joined;
    }
    for (const member of group) groupOf[member] = group;
  }
  return [...new Set(groupOf.filter((group) => group !== undefined))].map((group) => [...group]);
}

/** Whether nothing outside of a group that it reads from has itself been made from the group. */
function isClosed(group: readonly number[], { reads, unitOf }: { reads: Candidates['reads']; unitOf: (node: number) => readonly number[] }): boolean {
  const members = new Set(group);
  const waiting = group.flatMap(reads).filter((read) => !members.has(read));
  const seen = new Set<number>();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (members.has(node)) return false;
    if (seen.has(node)) continue;
    for (const other of unitOf(node)) {
      seen.add(other);
      waiting.push(...reads(other));
    }
  }
  return true;
}
