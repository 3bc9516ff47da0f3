import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settings as serverSettings } from '@entropic-lab/server/settings';
import { settings as workerSettings } from '@entropic-lab/worker/config';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'deploy');
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const needs = (command: string) => {
  if (!has(command)) console.warn(`SKIPPED: a part of deploy/, because ${command} is not installed`);
  return !has(command);
};

describe('what deploy/ says', () => {
  it('names only variables that the server, the worker or the files themselves know', () => {
    const known = new Set([...serverSettings.map(({ variable }) => variable), ...Object.values(workerSettings).map(({ env }) => env), 'ENTROPIC_ENV_FILE', 'ENTROPIC_HOME']);
    const unknown = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bENTROPIC_[A-Z_]+\b/g)].map(([name]) => name).filter((name) => !known.has(name)));
    expect(unknown).toEqual([]);
  });

  it('starts programs that are there', () => {
    const named = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bapps\/[\w/.-]+\.(?:ts|mjs)\b/g)].map(([path]) => path));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.skipIf(needs('kubectl'))('is a set of Kubernetes objects, with a card for each worker where that is asked for', () => {
    const build = (part: string) => execFileSync('kubectl', ['kustomize', join(folder, 'kubernetes', part)], { encoding: 'utf8' });
    const kinds = [...build('base').matchAll(/^kind: (\w+)/gm)].map(([, kind]) => kind);
    expect(kinds.sort()).toEqual(['ConfigMap', 'Deployment', 'Deployment', 'PersistentVolumeClaim', 'Service']);
    expect(build('base')).not.toContain('nvidia.com/gpu');
    expect(build('gpu')).toMatch(/nvidia\.com\/gpu: 1/);
  });

  it.skipIf(needs('systemd-analyze'))('is a set of units that systemd takes', () => {
    const units = files.filter((file) => file.endsWith('.service'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' });
    // A machine may lack the programs that the units start; what is wrong with the units themselves says so with their line.
    expect(stderr.split('\n').filter((line) => /\.service:\d+:|Unknown|Invalid|Failed to parse/i.test(line))).toEqual([]);
    if (existsSync('/usr/bin/node')) expect(status).toBe(0);
  });

  it.skipIf(needs('shellcheck'))('is a batch script in which shellcheck finds nothing', () => {
    const { status, stdout } = spawnSync('shellcheck', ['--enable=all', '--exclude=SC2250,SC2312', join(folder, 'slurm', 'worker.sbatch')], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });

  it('is a batch script that bash reads, and that ends with a word where its settings are missing', () => {
    const script = join(folder, 'slurm', 'worker.sbatch');
    expect(spawnSync('bash', ['-n', script]).status).toBe(0);
    const { status, stderr } = spawnSync('bash', [script], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent' } });
    expect([status, stderr]).toEqual([1, expect.stringContaining('worker.env')]);
  });
});
