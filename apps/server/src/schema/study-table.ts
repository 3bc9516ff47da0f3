/** For sorting rows by a number that some lack: those come last, whatever the direction. */
export function compareValues(a: number | undefined, b: number | undefined, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return descending ? b - a : a - b;
}
