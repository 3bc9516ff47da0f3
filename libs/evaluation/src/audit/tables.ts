import { battery } from './battery.ts';
import { scales } from './scale.ts';

/** The battery as Markdown, for docs/audit.md. */
export function batteryTable(): string {
  const rows = battery.map(({ id, measures, threshold, reference, on, cost }) => `| \`${id}\` | ${measures} | ${threshold} | ${on} | ${Math.round(cost(scales.standard))} | ${reference} |`);
  return ['| line | measures | threshold | on | calls | from |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

/** The amounts of work as Markdown. */
export function scaleTable(): string {
  const names = Object.keys(scales.standard) as (keyof typeof scales.standard)[];
  const rows = names.map((name) => `| ${name} | ${scales.quick[name]} | ${scales.standard[name]} | ${scales.thorough[name]} |`);
  return ['| | quick | standard | thorough |', '|---|---|---|---|', ...rows].join('\n');
}
