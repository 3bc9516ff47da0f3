/** More parts than threads, so that one that is held up leaves the rest to others. */
const MOST_PARTS = 16;

/** How many equal parts `count` pieces of work are shared out to: one where one thread does them all. */
export function partsOf(count: number, threads: number): number {
  if (threads === 1) return 1;
  for (let parts = Math.min(MOST_PARTS, count); parts > 1; parts--) if (count % parts === 0) return parts;
  return 1;
}
