import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian's chromium keeps a Vulkan driver in software (SwiftShader), and the loader beside it. */
const folder = '/usr/lib/chromium';
const loader = join(folder, 'libvulkan.so.1');
const driver = join(folder, 'vk_swiftshader_icd.json');

/** A library whose object is collected is unloaded. */
let held: object | undefined;

/**
 * Lets this process compute WebGPU without a card, where chromium is installed and no card is there. The system would look
 * for the loader where it did as the process started; one that is loaded already it takes by its name.
 */
export async function useSoftwareVulkan(): Promise<void> {
  const hasCard = [...list('/dev'), ...list('/dev/dri')].some((name) => /^(nvidia\d+|renderD\d+)$/.test(name));
  if (hasCard || process.env['VK_ICD_FILENAMES'] !== undefined || !existsSync(driver) || !existsSync(loader)) return;
  const { default: koffi } = await import('koffi');
  held ??= koffi.load(loader);
  process.env['VK_ICD_FILENAMES'] = driver;
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir();
}

function list(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}
