export { percent } from '@entropic-lab/studies';

export function number(value: number, digits = 2): string {
  return value.toFixed(digits);
}

/** Seconds as a person says them: `8 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** 60000 -> `60,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
