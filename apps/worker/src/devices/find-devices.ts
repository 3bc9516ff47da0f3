import type { DeviceLoad } from '@entropic-lab/protocol';
import type { Device } from './device.ts';
import { drmDevices, drmLoad } from './drm.ts';
import { nvidiaDevices, nvidiaLoad } from './nvidia.ts';
import { processor, processorLoad } from './processor.ts';

/** The processor first, then every graphics card that this machine's drivers list. */
export async function findDevices(): Promise<readonly Device[]> {
  const cards = [...(await nvidiaDevices()), ...(process.platform === 'linux' ? await drmDevices() : []), ...metalDevices()];
  return [processor(), ...cards.map((card, i) => ({ ...card, id: `gpu:${i}` }))];
}

/** Every Mac with Apple's own processor has one GPU, which shares the processor's memory. */
function metalDevices(): readonly Omit<Device, 'id'>[] {
  if (process.platform !== 'darwin' || process.arch !== 'arm64') return [];
  return [{ vendor: 'apple', name: 'Apple GPU (Metal)', memoryMiB: processor().memoryMiB }];
}

/** Reads what a device does now, each time it is called; undefined where the system does not tell. */
export function loadReader({ vendor, handle }: Device): () => Promise<DeviceLoad | undefined> {
  if (vendor === 'cpu') {
    const read = processorLoad();
    return () => Promise.resolve(read());
  }
  if (handle === undefined) return () => Promise.resolve(undefined);
  return vendor === 'nvidia' ? () => nvidiaLoad(handle) : () => drmLoad(handle);
}
