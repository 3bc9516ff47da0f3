import type { EngineName } from '../ipc.ts';
import type { System } from './system.ts';

/** What an engine needs of a system. */
interface Part {
  /** What it is, as a person would look for it. */
  readonly part: string;
  readonly found: (system: System) => boolean;
  /** Shared library that the row asks the loader for. */
  readonly library?: string;
  /** What to type or do to have it. */
  readonly remedy: string;
  /** Without it there is nothing for the parts below to work with, so they are not asked for. */
  readonly decisive?: true;
}

export type MissingPart = Pick<Part, 'part' | 'remedy'>;

/** PCI ids of those whose cards compute: others, as a server's own display, only show. */
const nvidia = '0x10de';
const computing: readonly string[] = [nvidia, '0x1002', '0x8086'];
/** CUDA 12 starts on drivers from here: https://docs.nvidia.com/deploy/cuda-compatibility */
const oldestDriver = 525;
const fromNvidia = "from NVIDIA's package source (developer.nvidia.com/cuda-downloads)";

const library = (part: string, title: string, remedy: string): Part => ({ part: `${part} (${title})`, library: part, found: ({ libraries }) => libraries.has(part), remedy });

const vulkan: readonly Part[] = [
  {
    part: 'a graphics card on the bus',
    found: ({ cards, nvidiaDriver, vulkanDrivers }) => cards.some(({ vendor }) => computing.includes(vendor)) || nvidiaDriver !== undefined || vulkanDrivers.length > 0,
    remedy: 'nothing to install: use a machine, or a virtual machine, that has one',
    decisive: true,
  },
  {
    part: "the kernel's driver for the card on the bus",
    found: ({ cards }) => cards.every(({ vendor, driver }) => driver !== undefined || !computing.includes(vendor)),
    remedy: 'NVIDIA: apt-get install nvidia-driver (Debian) or ubuntu-drivers install (Ubuntu); AMD, Intel: apt-get install firmware-misc-nonfree firmware-amd-graphics (Debian) or linux-firmware (Ubuntu); then restart',
  },
  library('libvulkan.so.1', 'the Vulkan loader', 'apt-get install libvulkan1'),
  {
    part: "a Vulkan driver's manifest (in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d, or where VK_ICD_FILENAMES says)",
    found: ({ vulkanDrivers }) => vulkanDrivers.length > 0,
    remedy: "AMD, Intel: apt-get install mesa-vulkan-drivers; NVIDIA's comes with its driver, in a container where that was started with NVIDIA_DRIVER_CAPABILITIES=all",
  },
];

/** npm packages of WebGPU without ONNX Runtime. */
export const dawn: readonly string[] = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];

/** In the order in which they are to be had: a row that is decisive ends the search where it is missing. */
const parts: Partial<Record<EngineName, readonly Part[]>> = {
  'compiled-cuda': [
    {
      part: 'an NVIDIA card on the bus',
      found: ({ cards, nvidiaDriver }) => nvidiaDriver !== undefined || cards.some(({ vendor }) => vendor === nvidia),
      remedy: 'nothing to install: use a machine that has one; on other cards compiled-webgpu is the best engine',
      decisive: true,
    },
    {
      part: `NVIDIA's driver, ${oldestDriver} or newer (/proc/driver/nvidia/version)`,
      found: ({ nvidiaDriver }) => Number.parseInt(nvidiaDriver ?? '0') >= oldestDriver,
      remedy: 'apt-get install nvidia-driver (Debian) or ubuntu-drivers install (Ubuntu), then restart',
    },
    library('libcuda.so.1', "the driver's library", 'it comes with the driver; start a container with --gpus all, which the NVIDIA Container Toolkit understands'),
    {
      part: "libonnxruntime_providers_cuda.so beside ONNX Runtime's binding",
      found: ({ bindingFiles }) => bindingFiles.includes('libonnxruntime_providers_cuda.so'),
      remedy: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false',
    },
    library('libcudart.so.12', "CUDA 12's runtime", `${fromNvidia}: apt-get install cuda-libraries-12-8`),
    library('libcudnn.so.9', 'cuDNN 9', `${fromNvidia}: apt-get install libcudnn9-cuda-12`),
  ],
  'compiled-webgpu': vulkan,
  webgpu: [
    ...vulkan,
    ...dawn.map((name): Part => ({ part: `the npm package ${name}`, found: ({ packages }) => packages.has(name), remedy: `npm install ${name}` })),
  ],
};

/** Shared libraries that the rows ask the loader for. */
export const libraryNames: readonly string[] = Object.values(parts).flat().flatMap(({ library: name }) => name ?? []);

/** What a Linux system lacks for an engine, the first to be had first; nothing for engines that need nothing of it. */
export function missingParts(engine: EngineName, system: System): readonly MissingPart[] {
  const missing: MissingPart[] = [];
  for (const { part, remedy, found, decisive } of parts[engine] ?? []) {
    if (found(system)) continue;
    missing.push({ part, remedy });
    if (decisive === true) break;
  }
  return missing;
}
