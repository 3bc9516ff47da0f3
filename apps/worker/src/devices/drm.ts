import type { DeviceLoad } from '@entropic-lab/protocol';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device } from './device.ts';

/** PCI vendor ids of cards that Linux describes in sysfs; NVIDIA's driver has a tool of its own. */
const vendors: Readonly<Record<string, Extract<Device['vendor'], 'amd' | 'intel'>>> = { '0x1002': 'amd', '0x8086': 'intel' };
const titles = { amd: 'AMD graphics', intel: 'Intel graphics' };
const bytesPerMiB = 2 ** 20;

/** AMD and Intel cards that Linux lists. @param root Default `/sys/class/drm`. */
export async function drmDevices(root = '/sys/class/drm'): Promise<readonly Omit<Device, 'id'>[]> {
  const cards = (await readdir(root).catch(() => [])).filter((name) => /^card\d+$/.test(name)).sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  const found = await Promise.all(cards.map((card) => drmDevice(join(root, card, 'device'))));
  return found.filter((device) => device !== undefined);
}

async function drmDevice(handle: string): Promise<Omit<Device, 'id'> | undefined> {
  const vendor = vendors[(await text(join(handle, 'vendor'))) ?? ''];
  if (vendor === undefined) return undefined;
  const [product, memory, model] = [await text(join(handle, 'product_name')), await count(join(handle, 'mem_info_vram_total')), await text(join(handle, 'device'))];
  const name = product === undefined || product === '' ? `${titles[vendor]}${model === undefined ? '' : ` ${model}`}` : product;
  return { vendor, name, handle, memoryMiB: memory === undefined ? undefined : memory / bytesPerMiB };
}

/** What such a card does now, as far as its driver tells: AMD's does. @param handle Its folder in sysfs. */
export async function drmLoad(handle: string): Promise<DeviceLoad | undefined> {
  const [percent, used, total, watts] = await Promise.all([
    count(join(handle, 'gpu_busy_percent')),
    count(join(handle, 'mem_info_vram_used')),
    count(join(handle, 'mem_info_vram_total')),
    power(handle),
  ]);
  if (percent === undefined && used === undefined && watts === undefined) return undefined;
  return {
    utilization: percent === undefined ? undefined : percent / 100,
    memoryUsedMiB: used === undefined ? undefined : used / bytesPerMiB,
    memoryTotalMiB: total === undefined ? undefined : total / bytesPerMiB,
    powerWatts: watts,
  };
}

/** hwmon gives microwatts. */
async function power(handle: string): Promise<number | undefined> {
  const [sensor] = await readdir(join(handle, 'hwmon')).catch(() => []);
  const microwatts = sensor === undefined ? undefined : await count(join(handle, 'hwmon', sensor, 'power1_average'));
  return microwatts === undefined ? undefined : microwatts / 1e6;
}

async function text(path: string): Promise<string | undefined> {
  return (await readFile(path, 'utf8').catch(() => undefined))?.trim();
}

async function count(path: string): Promise<number | undefined> {
  const value = Number((await text(path)) ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}
