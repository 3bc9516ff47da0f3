import { execFileSync } from 'node:child_process';
import { build } from 'esbuild';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { least, whole } from './checks.ts';
import { RECORDED } from './examine.ts';
import { makeMaterial, record } from './record.ts';

/** Runs where nothing is installed: Node, libraries and data lie beside it. Where no Vulkan loader is, it brings one. */
const script = `#!/bin/sh
# Checks this machine's graphics card. check.sh --help tells more.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if ! ldconfig -p 2>/dev/null | grep -q 'libvulkan\\.so\\.1' && [ -e "$here/vulkan/libvulkan.so.1" ]; then
  LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/vulkan"; export LD_LIBRARY_PATH
fi
if [ -z "$VK_DRIVER_FILES$VK_ICD_FILENAMES" ] && ! ls /etc/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1; then
  for icd in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json "$here/vulkan/nvidia_icd.json"; do
    if [ -e "$icd" ]; then VK_DRIVER_FILES=$icd; VK_ICD_FILENAMES=$icd; export VK_DRIVER_FILES VK_ICD_FILENAMES; break; fi
  done
fi
XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-\${TMPDIR:-/tmp}}"; export XDG_RUNTIME_DIR
exec "$here/node" "$here/app/gpu-check.mjs" "$@"
`;

const require = createRequire(import.meta.url);
const folderOf = (name: string, from = require): string => {
  const found = (from.resolve.paths(name) ?? []).map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
  if (found === undefined) throw new Error(`[gpu-check] expected the package ${name}, got none. Run npm ci.`);
  return found;
};

/** Everything that a bare Linux machine of this architecture needs, as a folder. */
async function stage(folder: string): Promise<void> {
  for (const part of ['app', 'peers', 'material', 'vulkan']) mkdirSync(join(folder, part), { recursive: true });
  copyFileSync(process.execPath, join(folder, 'node'));
  execFileSync('strip', [join(folder, 'node')], { stdio: 'ignore' });
  copyFileSync(join(import.meta.dirname, '..', 'peers', 'torch_peer.py'), join(folder, 'peers', 'torch_peer.py'));
  writeFileSync(join(folder, 'check.sh'), script);
  chmodSync(join(folder, 'check.sh'), 0o755);
  vulkan(join(folder, 'vulkan'));
  await bundle(join(folder, 'app', 'gpu-check.mjs'));
  nativeParts(join(folder, 'node_modules'));
  const material = join(folder, 'material');
  console.log('training the network to attack');
  await makeMaterial(material);
  for (const [name, extent] of Object.entries({ whole, least }) as ['whole' | 'least', typeof whole][]) {
    console.log(`recording what the processor computes (${name})`);
    writeFileSync(join(material, RECORDED[name]), JSON.stringify(await record(material, extent, (check) => console.log(`  ${check}`))));
  }
}

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    external: ['onnxruntime-node', 'koffi', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', 'webgpu', '@tensorflow/tfjs-backend-webgpu'],
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;" },
  });
}

/** What cannot be bundled: ONNX Runtime's libraries for this machine, and the WASM files of TF.js. */
function nativeParts(modules: string): void {
  const runtime = folderOf('onnxruntime-node');
  const common = folderOf('onnxruntime-common', createRequire(join(runtime, 'package.json')));
  for (const [from, name] of [[runtime, 'onnxruntime-node'], [common, 'onnxruntime-common']] as const) {
    cpSync(join(from, 'package.json'), join(modules, name, 'package.json'));
    cpSync(join(from, 'dist'), join(modules, name, 'dist'), { recursive: true, filter: (path) => !/\.(map|d\.ts|md)$/.test(path) && !/onnxruntime-common\/dist\/(esm|ort)/.test(path) });
  }
  const native = join('bin', 'napi-v6', process.platform, process.arch);
  cpSync(join(runtime, native), join(modules, 'onnxruntime-node', native), { recursive: true });
  const wasm = folderOf('@tensorflow/tfjs-backend-wasm');
  const here = join(modules, '@tensorflow', 'tfjs-backend-wasm');
  mkdirSync(here, { recursive: true });
  // Bundled but for these files, which are looked for beside the package's entry.
  writeFileSync(join(here, 'package.json'), '{ "name": "@tensorflow/tfjs-backend-wasm", "main": "index.js" }');
  writeFileSync(join(here, 'index.js'), '');
  for (const file of readdirSync(join(wasm, 'dist'))) if (file.endsWith('.wasm')) copyFileSync(join(wasm, 'dist', file), join(here, file));
}

/** A loader, and NVIDIA's driver by the name that its library has everywhere, for machines whose images left both out. */
function vulkan(folder: string): void {
  const loader = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib/chromium/libvulkan.so.1'].find((path) => existsSync(path));
  if (loader === undefined) console.warn('[gpu-check] no Vulkan loader to pack (Debian: libvulkan1): WebGPU will need one on that machine.');
  else copyFileSync(loader, join(folder, 'libvulkan.so.1'));
  writeFileSync(join(folder, 'nvidia_icd.json'), JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: 'libGLX_nvidia.so.0', api_version: '1.3' } }));
}

/** `npm run gpu-check -- pack [file]`: one archive, to be unpacked on the machine with the card. */
async function pack(target: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'gpu-check-'));
  try {
    const folder = join(scratch, 'gpu-check');
    await stage(folder);
    mkdirSync(dirname(target), { recursive: true });
    console.log('compressing');
    execFileSync('tar', ['-C', scratch, '-c', '-I', 'xz -6 -T0', '-f', target, 'gpu-check'], { stdio: 'inherit' });
    console.log(`${target}: ${(statSync(target).size / 2 ** 20).toFixed(1)} MiB. There: tar xJf, then gpu-check/check.sh`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [, , command, target = join('dist', 'gpu-check.tar.xz')] = process.argv;
if (command !== 'pack') {
  console.log('usage: npm run gpu-check -- pack [dist/gpu-check.tar.xz]\nWhat is packed checks a machine with a graphics card: docs/gpu/README.md.');
  process.exit(command === '--help' ? 0 : 2);
}
if (process.platform !== 'linux') throw new Error(`[gpu-check] expected Linux, whose libraries are packed, got ${process.platform}.`);
await pack(resolve(target));
process.exit(0);
