const dash = '–';

const plain = new Intl.NumberFormat('en-US');
export const integer = (value: number): string => plain.format(Math.round(value));

/** So many a second: a slow rate keeps two digits, for the step of a large network takes seconds. */
export const perSecond = (value: number): string => (Math.abs(value) < 10 ? number(value, 2) : integer(value));

/** Half a page of science needs no more digits than the experiment has. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? dash : `${(share * 100).toFixed(digits)} %`;
}

/** Three significant digits, without an exponent in everyday ranges. */
export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return dash;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(digits - 1).replace('e+', 'e');
  return String(Number(value.toPrecision(digits)));
}

/** For columns: always so many decimals, a true minus. */
export function fixed(value: number | null | undefined, decimals = 2): string {
  return value === null || value === undefined ? dash : value.toFixed(decimals).replace('-', '−');
}

/** `8 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return dash;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.round((whole % 86_400) / 3600)} h`;
}

/** `now`, `12 s ago`, `3 min ago`, `5 h ago`, then the day. */
export function ago(time: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (seconds < 3) return 'now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString('en-CA');
}

export function moment(time: string): string {
  return new Date(time).toLocaleString('sv-SE');
}

/** Decimal units, as disks and networks have them. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = count === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${number(count / 1000 ** step)} ${units[step]}`;
}

export const normSigns: Readonly<Record<string, string>> = { linf: 'L∞', l2: 'L2', l1: 'L1' };
