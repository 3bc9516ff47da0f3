import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Chromium's own Vulkan driver in software, and the loader beside it. */
const folder = '/usr/lib/chromium';
const driver = join(folder, 'vk_swiftshader_icd.json');

export const hasSoftwareVulkan = existsSync(driver) && existsSync(join(folder, 'libvulkan.so.1'));

/** For a process that is to compute WebGPU without a card. The loader is looked for when a process starts, so it must be a new one. */
export function softwareVulkan(scratch: string): Readonly<Record<string, string>> {
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: driver, XDG_RUNTIME_DIR: scratch };
}
