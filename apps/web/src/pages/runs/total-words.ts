import { integer } from '../../design/format.ts';
import { countUpTo } from '../../lab/run-list.ts';

/** How many runs there are, as far as they were counted. */
export function totalWords(total: number): string {
  return total > countUpTo ? `more than ${integer(countUpTo)}` : integer(total);
}
