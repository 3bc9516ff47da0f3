import { expect, it } from 'vitest';
import { startProcess } from './fixtures/processes.ts';

interface Finding {
  readonly engine: string;
  readonly status: string;
  readonly device?: string;
  readonly version?: string;
  readonly difference?: number;
  readonly milliseconds?: number;
  readonly problem?: string;
  readonly remedy?: string;
  readonly missing?: readonly { readonly part: string; readonly remedy: string }[];
}

// ONNX Runtime computes here, and no card does: its Vulkan is pointed at nothing.
it('entropic doctor tells of each engine on what it computes, how far off and how fast, or what is missing', async () => {
  await using doctor = startProcess('apps/cli/src/main.ts', ['doctor', '--json', '--device', 'cpu', '--url', 'http://127.0.0.1:9'], { env: { VK_ICD_FILENAMES: '/nowhere' } });
  const { code } = await doctor.ended;
  expect(code, doctor.printed()).toBe(0);
  const { chosen, findings, lab } = JSON.parse(doctor.printed().trim().split('\n').at(-1)!) as { chosen: string; findings: readonly Finding[]; lab: string };
  expect(chosen).toBe('compiled');
  expect(lab).toContain('entropic up');
  const finding = (name: string): Finding => findings.find(({ engine }) => engine === name)!;
  for (const name of ['compiled', 'wasm', 'cpu']) {
    const { device, version, difference, milliseconds } = finding(name);
    expect(device).toContain('threads');
    expect(version).toMatch(/ \d+\.\d+\.\d+$/);
    expect(difference).toBeLessThan(1e-4);
    expect(milliseconds).toBeGreaterThan(0);
  }
  // Two implementations: their roundings differ, so that a difference of nothing would be one that was not taken.
  expect(finding('compiled').difference).toBeGreaterThan(0);
  expect(finding('compiled-webgpu')).toMatchObject({ status: 'absent', problem: expect.stringContaining('webgpu') as string, remedy: expect.stringContaining('Vulkan') as string });
  for (const { problem } of findings) expect(problem ?? '').not.toMatch(/provider: /);
  // Each part by itself, with what to type; and nothing of an engine that is there.
  for (const name of ['compiled-cuda', 'compiled-webgpu', 'webgpu']) {
    const { status, missing } = finding(name);
    expect(status).toBe('absent');
    if (process.platform === 'linux') expect(missing!.length).toBeGreaterThan(0);
    for (const { part, remedy } of missing ?? []) expect(part.length * remedy.length).toBeGreaterThan(0);
  }
  expect(finding('compiled').missing).toEqual([]);
});
