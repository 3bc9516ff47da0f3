import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { least } from './checks.ts';
import { compare, TOLERANCE, type Evidence } from './evidence.ts';
import { RECORDED } from './examine.ts';
import { makeMaterial, record } from './record.ts';
import type { Report } from './report.ts';
import { hasSoftwareVulkan, softwareVulkan } from './software-vulkan.ts';

if (!hasSoftwareVulkan) console.warn("skipped: WebGPU without a card. Debian's chromium brings the Vulkan driver in software that it needs.");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webgpu-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!hasSoftwareVulkan)('the lab on WebGPU, on Vulkan in software', () => {
  it('trains LeNet-5 and runs FGSM and PGD as the processor does', { timeout: 600_000 }, async () => {
    expect(TOLERANCE).toBe(1e-4);
    const material = join(folder, 'material');
    await makeMaterial(material);
    const recorded = await record(material, least);
    await writeFile(join(material, RECORDED.least), JSON.stringify(recorded));

    const args = ['--engines', 'compiled-webgpu', '--extent', 'least', '--seconds', '0', '--material', material, '--out', join(folder, 'report')];
    const run = promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'main.ts'), ...args], { env: { ...process.env, ...softwareVulkan(folder) } });
    const { stdout, stderr } = await run.catch((failed: { stdout: string; stderr: string }) => failed);
    expect(existsSync(join(folder, 'report', 'report.json')), `${stdout}${stderr}`).toBe(true);

    const { engines } = JSON.parse(await readFile(join(folder, 'report', 'report.json'), 'utf8')) as Report;
    expect(engines.map(({ engine, device, problem }) => ({ engine, device, problem })), stdout).toEqual([{ engine: 'compiled-webgpu', device: expect.stringContaining('software rendering') as string, problem: undefined }]);
    expect(engines[0]!.verdicts.map(({ check, good }) => ({ check, good })), stdout).toEqual(recorded.map(({ check }) => ({ check, good: true })));
    expect(recorded.map(({ check }) => check)).toEqual(['training with entropic', 'outcomes of fgsm', 'images of fgsm', 'outcomes of pgd', 'images of pgd']);
    expect(await readFile(join(folder, 'report', 'report.md'), 'utf8')).toContain('5 of 5 checks agree');
    // It could have failed.
    const shifted = recorded.map((evidence): Evidence => (evidence.kind === 'numbers' ? { ...evidence, groups: Object.fromEntries(Object.entries(evidence.groups).map(([name, values]) => [name, values.map((value) => value * 1.001)])) } : evidence));
    expect(compare(shifted[0]!, recorded[0]!).good).toBe(false);
  });
});
