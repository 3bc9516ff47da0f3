/**
 * Charts that wait to be drawn, each with what draws it. New data come for all charts of a page at once; drawn in one task
 * they would hold up whoever scrolls or types, so each is drawn in a task of its own.
 */
const waiting = new Map<object, () => void>();
const turn = new MessageChannel();
let asked = false;

turn.port1.onmessage = () => {
  asked = false;
  const [next] = waiting;
  if (next === undefined) return;
  waiting.delete(next[0]);
  if (waiting.size > 0) ask();
  next[1]();
};

function ask(): void {
  if (asked) return;
  asked = true;
  turn.port2.postMessage(undefined);
}

/** Draws `chart` soon; of what is asked for in the meantime only the last. Returns a way to take it back. */
export function drawSoon(chart: object, draw: () => void): () => void {
  waiting.set(chart, draw);
  ask();
  return () => {
    if (waiting.get(chart) === draw) waiting.delete(chart);
  };
}
