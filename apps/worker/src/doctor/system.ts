import { readdir, readFile, readlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { installedVersion } from './engine-version.ts';

/** A display controller on the PCI bus. */
export interface BusCard {
  /** PCI vendor id: `0x10de`. */
  readonly vendor: string;
  /** The kernel's driver that holds it; undefined where none does. */
  readonly driver: string | undefined;
}

/** What a Linux system has for computing on graphics cards, as far as it can be seen without computing. */
export interface System {
  readonly cards: readonly BusCard[];
  /** Version of the NVIDIA driver that the kernel has loaded. */
  readonly nvidiaDriver: string | undefined;
  /** Manifests that name Vulkan drivers (ICDs). */
  readonly vulkanDrivers: readonly string[];
  /** Files beside ONNX Runtime's binding. */
  readonly bindingFiles: readonly string[];
  /** Shared libraries of those asked for that the dynamic loader finds, with all that they need. */
  readonly libraries: ReadonlySet<string>;
  /** npm packages of those asked for that are installed. */
  readonly packages: ReadonlySet<string>;
}

export interface Look {
  /** Shared libraries to ask the loader for. */
  readonly libraries: readonly string[];
  readonly packages: readonly string[];
  /** Folder taken for `/`. Default: `/`. */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export async function lookAtSystem({ libraries, packages, root = '/', env = process.env }: Look): Promise<System> {
  return {
    cards: await cardsOnBus(join(root, 'sys/bus/pci/devices')),
    nvidiaDriver: versionIn(await text(join(root, 'proc/driver/nvidia/version'))),
    vulkanDrivers: await manifests(root, env),
    bindingFiles: await list(bindingFolder()),
    libraries: new Set(libraries.filter(loads)),
    packages: new Set(packages.filter((name) => installedVersion(name) !== undefined)),
  };
}

/** PCI's class of a display controller is 0x03, whatever follows. */
async function cardsOnBus(devices: string): Promise<BusCard[]> {
  const cards: BusCard[] = [];
  for (const address of await list(devices)) {
    const folder = join(devices, address);
    if (!(await text(join(folder, 'class')))?.startsWith('0x03')) continue;
    const driver = await readlink(join(folder, 'driver')).catch(() => undefined);
    cards.push({ vendor: (await text(join(folder, 'vendor'))) ?? '', driver: driver === undefined ? undefined : basename(driver) });
  }
  return cards;
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  ...` */
function versionIn(told: string | undefined): string | undefined {
  return told === undefined ? undefined : /\b\d+\.\d+(\.\d+)?\b/.exec(told)?.[0];
}

/** Where the Vulkan loader looks: https://github.com/KhronosGroup/Vulkan-Loader/blob/main/docs/LoaderDriverInterface.md */
async function manifests(root: string, env: Look['env'] & object): Promise<string[]> {
  const named = env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES'];
  if (named !== undefined) {
    const read = await Promise.all(named.split(delimiter).map(async (file) => ((await text(file)) === undefined ? [] : [file])));
    return read.flat();
  }
  const folders = ['etc/vulkan/icd.d', 'usr/local/share/vulkan/icd.d', 'usr/share/vulkan/icd.d'].map((folder) => join(root, folder));
  const own = join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'vulkan/icd.d');
  const found = await Promise.all([...folders, own].map(async (folder) => (await list(folder)).filter((name) => name.endsWith('.json')).map((name) => join(folder, name))));
  return found.flat();
}

function bindingFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..', 'bin', 'napi-v6', process.platform, process.arch);
  } catch {
    return '';
  }
}

/** Only the loader knows all of its places. What is no addon of Node it lets go of again, once it has found it. */
function loads(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    return !(error as Error).message.includes('cannot open shared object file');
  }
}

async function list(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function text(file: string): Promise<string | undefined> {
  return (await readFile(file, 'utf8').catch(() => undefined))?.trim();
}
