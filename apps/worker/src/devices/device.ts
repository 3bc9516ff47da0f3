import { LabError, type Hardware } from '@entropic-lab/protocol';
import { z } from 'zod';

/** What computes: the processor, or one graphics card. */
export const Device = z.strictObject({
  /** `cpu`, or `gpu:0`, `gpu:1`, ... in the order of the bus. */
  id: z.string(),
  vendor: z.enum(['cpu', 'nvidia', 'amd', 'intel', 'apple']),
  name: z.string(),
  memoryMiB: z.number().optional(),
  driver: z.string().optional(),
  /** What the vendor's runtime calls it: the UUID of an NVIDIA card, the folder in sysfs of another. */
  handle: z.string().optional(),
});
export type Device = Readonly<z.infer<typeof Device>>;

/** Which devices a worker is to use: `auto`, `all`, or ids. */
export const deviceChoice = /^(auto|all|(cpu|gpu:\d+)(,(cpu|gpu:\d+))*)$/;

/**
 * The devices chosen. `auto` is the first graphics card, or the processor where there is none; `all` is every graphics
 * card, or the processor where there is none (a worker on the processor would slow those that feed the cards).
 * @throws LabError NO_ENGINE for a device that is not there.
 */
export function chooseDevices(choice: string, found: readonly Device[]): readonly Device[] {
  const cards = found.filter(({ vendor }) => vendor !== 'cpu');
  const usual = cards.length > 0 ? cards : found;
  if (choice === 'all') return usual;
  if (choice === 'auto') return usual.slice(0, 1);
  return [...new Set(choice.split(','))].map((id) => {
    const device = found.find((candidate) => candidate.id === id);
    if (device !== undefined) return device;
    throw new LabError('NO_ENGINE', `[worker] expected one of the devices found (${found.map((known) => known.id).join(', ')}), got ${id} (device). Choose another, or see \`entropic doctor\` for what is missing.`);
  });
}

/** What shows a process this device alone, where the vendor's runtime can be told. */
export function deviceEnvironment({ vendor, handle }: Device): Readonly<Record<string, string>> {
  if (vendor === 'cpu') return { CUDA_VISIBLE_DEVICES: '' };
  return vendor === 'nvidia' && handle !== undefined ? { CUDA_VISIBLE_DEVICES: handle } : {};
}

/** As runs may require it. */
export function hardwareOf({ vendor, memoryMiB }: Device): Hardware {
  return { device: vendor === 'cpu' ? 'cpu' : 'gpu', ...(memoryMiB === undefined ? {} : { memoryMiB }) };
}

/** For people, as recorded with results. */
export function deviceTitle({ id, name, memoryMiB, driver }: Device): string {
  const details = [memoryMiB === undefined ? undefined : `${Math.round(memoryMiB / 1024)} GiB`, driver === undefined ? undefined : `driver ${driver}`].filter((part) => part !== undefined);
  return id === 'cpu' ? name : `${name}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}
