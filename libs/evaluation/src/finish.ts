/** Runs a generator to its end and gives what it returns; for those who do not watch progress. */
export async function finish<T>(generator: AsyncGenerator<unknown, T, undefined>): Promise<T> {
  for (;;) {
    const step = await generator.next();
    if (step.done === true) return step.value;
  }
}
