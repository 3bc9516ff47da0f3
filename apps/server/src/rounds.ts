/** Does something again and again until disposed of, each time so long after the last; rounds never overlap. The work tells its own errors. */
export function inRounds(work: () => Promise<void>, pauseMs: number): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  let over = false;
  const schedule = () => {
    timer = setTimeout(() => {
      round = work().finally(() => {
        if (!over) schedule();
      });
    }, pauseMs);
  };
  schedule();
  const stop = async () => {
    over = true;
    clearTimeout(timer);
    await round;
  };
  return { [Symbol.asyncDispose]: stop };
}
