import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryNames, missingParts } from './parts.ts';
import { lookAtSystem, type System } from './system.ts';

/** A machine on which every engine starts. */
const whole: System = {
  cards: [{ vendor: '0x10de', driver: 'nvidia' }],
  nvidiaDriver: '550.54.15',
  vulkanDrivers: ['/usr/share/vulkan/icd.d/nvidia_icd.json'],
  bindingFiles: ['libonnxruntime.so.1', 'libonnxruntime_providers_cuda.so'],
  libraries: new Set(['libcuda.so.1', 'libcudart.so.12', 'libcudnn.so.9', 'libvulkan.so.1']),
  packages: new Set(['webgpu', '@tensorflow/tfjs-backend-webgpu']),
};
const without = (name: string): System => ({ ...whole, libraries: new Set([...whole.libraries].filter((each) => each !== name)) });
const bare: System = { cards: [], nvidiaDriver: undefined, vulkanDrivers: [], bindingFiles: [], libraries: new Set(), packages: new Set() };

describe('what an engine lacks', () => {
  it('is nothing where all is there, and of an engine of the processor on any machine', () => {
    for (const engine of ['compiled-cuda', 'compiled-webgpu', 'webgpu'] as const) expect(missingParts(engine, whole)).toEqual([]);
    for (const engine of ['compiled', 'tensorflow', 'wasm', 'cpu'] as const) expect(missingParts(engine, bare)).toEqual([]);
  });

  it.each([
    ['compiled-cuda', { ...whole, nvidiaDriver: undefined }, "NVIDIA's driver, 525 or newer", 'nvidia-driver'],
    ['compiled-cuda', { ...whole, nvidiaDriver: '470.82.01' }, "NVIDIA's driver, 525 or newer", 'nvidia-driver'],
    ['compiled-cuda', without('libcuda.so.1'), 'libcuda.so.1', '--gpus all'],
    ['compiled-cuda', { ...whole, bindingFiles: ['libonnxruntime.so.1'] }, 'libonnxruntime_providers_cuda.so', 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild'],
    ['compiled-cuda', without('libcudart.so.12'), 'libcudart.so.12', 'cuda-libraries-12'],
    ['compiled-cuda', without('libcudnn.so.9'), 'libcudnn.so.9', 'libcudnn9-cuda-12'],
    ['compiled-webgpu', without('libvulkan.so.1'), 'libvulkan.so.1', 'libvulkan1'],
    ['compiled-webgpu', { ...whole, vulkanDrivers: [] }, 'manifest', 'mesa-vulkan-drivers'],
    ['compiled-webgpu', { ...whole, cards: [{ vendor: '0x1002', driver: undefined }] }, "kernel's driver", 'firmware-amd-graphics'],
    ['webgpu', { ...whole, packages: new Set(['webgpu']) }, '@tensorflow/tfjs-backend-webgpu', 'npm install @tensorflow/tfjs-backend-webgpu'],
    // The display of a server's board, which computes nothing, has no driver and needs none.
    ['webgpu', { ...without('libvulkan.so.1'), cards: [...whole.cards, { vendor: '0x1a03', driver: undefined }] }, 'libvulkan.so.1', 'libvulkan1'],
  ] as const)('%s: one part alone is named with what to type (%#)', (engine, system, part, remedy) => {
    expect(missingParts(engine, system)).toEqual([{ part: expect.stringContaining(part) as string, remedy: expect.stringContaining(remedy) as string }]);
  });

  it('is all of it, in the order in which it is to be had, where there is a card and nothing else', () => {
    const fresh: System = { ...bare, cards: [{ vendor: '0x10de', driver: undefined }] };
    expect(missingParts('compiled-cuda', fresh).map(({ part }) => part.split(' ')[0])).toEqual(["NVIDIA's", 'libcuda.so.1', 'libonnxruntime_providers_cuda.so', 'libcudart.so.12', 'libcudnn.so.9']);
    expect(missingParts('compiled-webgpu', fresh)).toHaveLength(3);
  });

  it('is the card alone where there is none: nothing that is installed would help', () => {
    for (const engine of ['compiled-cuda', 'compiled-webgpu'] as const) expect(missingParts(engine, bare)).toEqual([{ part: expect.stringContaining('card on the bus') as string, remedy: expect.stringContaining('nothing to install') as string }]);
    expect(missingParts('compiled-cuda', { ...whole, nvidiaDriver: undefined, cards: [{ vendor: '0x1002', driver: 'amdgpu' }] })).toHaveLength(1);
  });

  it('is looked for by the names of its libraries', () => {
    expect(new Set(libraryNames)).toEqual(whole.libraries);
  });
});

describe.skipIf(process.platform !== 'linux')('a look at a system', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'system-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function put(file: string, content: string): Promise<void> {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), `${content}\n`);
  }
  const device = (address: string) => `sys/bus/pci/devices/${address}`;
  const look = (env: Record<string, string> = { XDG_DATA_HOME: join(root, 'home') }, libraries: readonly string[] = []) => lookAtSystem({ libraries, packages: ['onnxruntime-node', 'no-such-package'], root, env });

  it('finds cards with and without a driver, and no other device of the bus', async () => {
    await put(`${device('0000:01:00.0')}/class`, '0x030200');
    await put(`${device('0000:01:00.0')}/vendor`, '0x10de');
    await put(`${device('0000:02:00.0')}/class`, '0x030000');
    await put(`${device('0000:02:00.0')}/vendor`, '0x1002');
    await put(`${device('0000:03:00.0')}/class`, '0x020000');
    await mkdir(join(root, 'sys/bus/pci/drivers/amdgpu'), { recursive: true });
    await symlink('../../drivers/amdgpu', join(root, device('0000:02:00.0'), 'driver'));
    expect((await look()).cards).toEqual([{ vendor: '0x10de', driver: undefined }, { vendor: '0x1002', driver: 'amdgpu' }]);
  });

  it.each(['NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024', 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (dvs-builder@U16)'])('reads the version of the driver from %s', async (line) => {
    await put('proc/driver/nvidia/version', `${line}\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)`);
    expect((await look()).nvidiaDriver).toBe('550.54.15');
  });

  it('finds Vulkan manifests where the loader does, and only those named where some are', async () => {
    await put('etc/vulkan/icd.d/a.json', '{}');
    await put('usr/share/vulkan/icd.d/b.json', '{}');
    await put('usr/share/vulkan/icd.d/README', '');
    await put('home/vulkan/icd.d/c.json', '{}');
    expect((await look()).vulkanDrivers).toEqual(['etc/vulkan/icd.d/a.json', 'usr/share/vulkan/icd.d/b.json', 'home/vulkan/icd.d/c.json'].map((file) => join(root, file)));
    const named = join(root, 'etc/vulkan/icd.d/a.json');
    expect((await look({ VK_ICD_FILENAMES: `${named}:/nowhere` })).vulkanDrivers).toEqual([named]);
    expect((await look({ VK_ICD_FILENAMES: '/nowhere' })).vulkanDrivers).toEqual([]);
  });

  it('asks the loader for libraries and Node for packages, and finds what lies beside the binding', async () => {
    const { libraries, bindingFiles, packages } = await look({}, ['libc.so.6', 'libnowhere.so.1']);
    expect([...libraries, ...packages]).toEqual(['libc.so.6', 'onnxruntime-node']);
    expect(bindingFiles).toContain('onnxruntime_binding.node');
  });

  it('sees nothing in an empty one', async () => {
    expect(await look()).toMatchObject({ cards: [], nvidiaDriver: undefined, vulkanDrivers: [] });
  });
});
