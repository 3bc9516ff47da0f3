import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseDevices, deviceChoice, deviceEnvironment, deviceTitle, type Device } from './device.ts';
import { drmDevices, drmLoad } from './drm.ts';
import { enginesToTry } from './engine-order.ts';
import { findDevices, loadReader } from './find-devices.ts';

const cpu: Device = { id: 'cpu', vendor: 'cpu', name: 'some processor' };
const cards: Device[] = [
  { id: 'gpu:0', vendor: 'nvidia', name: 'Card A', handle: 'GPU-a', memoryMiB: 81_559, driver: '550.1' },
  { id: 'gpu:1', vendor: 'amd', name: 'Card B', handle: '/sys/card1/device' },
];
const ids = (devices: readonly Device[]): string[] => devices.map(({ id }) => id);

let folder: string;
const path = process.env['PATH'];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devices-'));
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true });
});

describe('the choice of devices', () => {
  it.each([
    ['auto', [cpu], ['cpu']],
    ['all', [cpu], ['cpu']],
    ['auto', [cpu, ...cards], ['gpu:0']],
    ['all', [cpu, ...cards], ['gpu:0', 'gpu:1']],
    ['cpu,gpu:1,cpu', [cpu, ...cards], ['cpu', 'gpu:1']],
  ])('%s of what is there', (choice, found, expected) => {
    expect(deviceChoice.test(choice)).toBe(true);
    expect(ids(chooseDevices(choice, found))).toEqual(expected);
  });

  it('names what is there where another is asked for', () => {
    expect(() => chooseDevices('gpu:3', [cpu, ...cards])).toThrow('expected one of the devices found (cpu, gpu:0, gpu:1), got gpu:3');
    for (const wrong of ['', 'gpu', 'gpu:x', 'all,cpu', 'cuda:0']) expect(deviceChoice.test(wrong)).toBe(false);
  });

  it('shows a process its card alone, and hides all cards from a worker on the processor', () => {
    expect(deviceEnvironment(cards[0]!)).toEqual({ CUDA_VISIBLE_DEVICES: 'GPU-a' });
    expect(deviceEnvironment(cards[1]!)).toEqual({});
    expect(deviceEnvironment(cpu)).toEqual({ CUDA_VISIBLE_DEVICES: '' });
    expect(deviceTitle(cards[0]!)).toBe('Card A (80 GiB, driver 550.1)');
  });

  it('tries CUDA on NVIDIA cards alone, and ends at the processor', () => {
    expect(enginesToTry('auto', cards[0]!)).toEqual(['compiled-cuda', 'compiled-webgpu', 'tensorflow', 'webgpu', 'compiled', 'wasm', 'cpu']);
    expect(enginesToTry('auto', cards[1]!)[0]).toBe('compiled-webgpu');
    expect(enginesToTry('auto', cpu)).toEqual(['compiled', 'tensorflow', 'wasm', 'cpu']);
    expect(enginesToTry('compiled-cuda', cpu)).toEqual(['compiled-cuda']);
  });
});

describe('what this machine has', () => {
  it('has a processor, whose load is a share and whose memory is within its size', async () => {
    const [first] = await findDevices();
    expect(first!.id).toBe('cpu');
    const read = loadReader(first!);
    const until = performance.now() + 200;
    while (performance.now() < until);
    const load = await read();
    expect(load!.utilization).toBeGreaterThan(0);
    expect(load!.utilization).toBeLessThanOrEqual(1);
    expect(load!.memoryUsedMiB!).toBeLessThan(load!.memoryTotalMiB!);
  });

  // No NVIDIA driver can be had here: a script answers as its tool does.
  it.skipIf(process.platform === 'win32')('lists NVIDIA cards by the tool of their driver', async () => {
    await tool(`case "$*" in
      *utilization*GPU-b) echo "37, 2048, 81559, [N/A]";;
      *utilization*) echo "no such card"; exit 6;;
      *) printf 'GPU-a, Some Card, 81559, 550.1\\nGPU-b, Some Card, [N/A], 550.1\\n';;
    esac`);
    const found = (await findDevices()).filter(({ vendor }) => vendor === 'nvidia');
    expect(found).toEqual([
      { id: 'gpu:0', vendor: 'nvidia', name: 'Some Card', handle: 'GPU-a', memoryMiB: 81_559, driver: '550.1' },
      { id: 'gpu:1', vendor: 'nvidia', name: 'Some Card', handle: 'GPU-b', memoryMiB: undefined, driver: '550.1' },
    ]);
    expect(await loadReader(found[1]!)()).toEqual({ utilization: 0.37, memoryUsedMiB: 2048, memoryTotalMiB: 81_559, powerWatts: undefined });
    expect(await loadReader(found[0]!)()).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('finds no NVIDIA card where the tool fails', async () => {
    await tool('echo "NVIDIA-SMI has failed because it could not communicate with the driver"; exit 9');
    expect((await findDevices()).filter(({ vendor }) => vendor === 'nvidia')).toEqual([]);
  });

  // No such card is here: a folder laid out as Linux lays out sysfs.
  it('lists AMD and Intel cards by sysfs, without connectors and other vendors', async () => {
    await sysfs('card10', { vendor: '0x8086', device: '0x56a0' });
    await sysfs('card2', { vendor: '0x1002', device: '0x744c', product_name: 'A Radeon', mem_info_vram_total: '25753026560', mem_info_vram_used: '1073741824', gpu_busy_percent: '50' });
    await sysfs('card2-DP-1', { vendor: '0x1002' });
    await sysfs('card3', { vendor: '0x10de' });
    await sysfs('card2/device/hwmon/hwmon4', {}, { power1_average: '42000000' });
    const found = await drmDevices(folder);
    expect(found.map(({ name, vendor, memoryMiB }) => ({ name, vendor, memoryMiB }))).toEqual([
      { name: 'A Radeon', vendor: 'amd', memoryMiB: 24_560 },
      { name: 'Intel graphics 0x56a0', vendor: 'intel', memoryMiB: undefined },
    ]);
    expect(await drmLoad(found[0]!.handle!)).toEqual({ utilization: 0.5, memoryUsedMiB: 1024, memoryTotalMiB: 24_560, powerWatts: 42 });
    expect(await drmLoad(found[1]!.handle!)).toBeUndefined();
    expect(await drmDevices(join(folder, 'nowhere'))).toEqual([]);
  });
});

async function tool(body: string): Promise<void> {
  const file = join(folder, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path}`;
}

async function sysfs(card: string, device: Record<string, string>, files: Record<string, string> = {}): Promise<void> {
  await mkdir(join(folder, card, 'device'), { recursive: true });
  for (const [name, content] of Object.entries(device)) await writeFile(join(folder, card, 'device', name), `${content}\n`);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, card, name), `${content}\n`);
}
