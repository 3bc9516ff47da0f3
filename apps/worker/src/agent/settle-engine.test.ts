import { LabError } from '@entropic-lab/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Device } from '../devices/device.ts';
import type { Equipment, EngineName } from '../ipc.ts';
import type { Description } from './describe.ts';
import { settleEngine } from './settle-engine.ts';

const card: Device = { id: 'gpu:0', vendor: 'nvidia', name: 'a card', handle: 'GPU-a' };
const processor: Device = { id: 'cpu', vendor: 'cpu', name: 'a processor' };
const asked: Equipment = { plugins: [], engine: 'auto', device: 'auto' };
const log = pino({ level: 'silent' });

/** Engines of optional packages and drivers; the last is always there. */
const optional = ['compiled-cuda', 'compiled-webgpu', 'tensorflow', 'webgpu', 'compiled', 'wasm'] as const;

/** Stands for a runner process on a machine that has these engines alone. */
function machine(present: readonly EngineName[], refusal = new LabError('NO_ENGINE', 'not there')) {
  const tried: string[] = [];
  const describeOne = (equipment: Equipment): Promise<Description> => {
    tried.push(equipment.engine);
    if (!present.includes(equipment.engine)) return Promise.reject(refusal);
    return Promise.resolve({ type: 'described', engine: equipment.engine, device: equipment.device, hardware: { device: 'cpu' }, catalogue: { plugins: [], datasets: [], architectures: [] }, problems: [] });
  };
  return { tried, describe: describeOne };
}

describe('the engine that a worker settles on', () => {
  it('is the best one present, for every combination, and every runner is told it by name', async () => {
    for (let mask = 0; mask < 2 ** optional.length; mask++) {
      const present = [...optional.filter((_, i) => (mask >> i) % 2 === 1), 'cpu' as const];
      const { describe: describeOne } = machine(present);
      const onCard = await settleEngine(asked, card, { log, describe: describeOne });
      expect(onCard.equipment).toEqual({ plugins: [], engine: present[0], device: 'gpu:0', found: card });
      const forProcessor = present.filter((engine) => ['compiled', 'tensorflow', 'wasm', 'cpu'].includes(engine)).sort((a, b) => rank(a) - rank(b));
      expect((await settleEngine(asked, processor, { log, describe: describeOne })).equipment.engine).toBe(forProcessor[0]);
    }
  });

  it('passes over an engine that ends its process', async () => {
    const { tried, describe: describeOne } = machine(['compiled'], new LabError('RUNNER_DIED', 'ended with signal SIGABRT'));
    expect((await settleEngine(asked, card, { log, describe: describeOne })).equipment.engine).toBe('compiled');
    expect(tried).toEqual(['compiled-cuda', 'compiled-webgpu', 'tensorflow', 'webgpu', 'compiled']);
  });

  it('is never another than the one asked for, and says what that one said', async () => {
    const { describe: describeOne } = machine(['compiled']);
    await expect(settleEngine({ ...asked, engine: 'compiled-cuda' }, card, { log, describe: describeOne })).rejects.toMatchObject({ code: 'NO_ENGINE', message: expect.stringContaining('compiled-cuda: not there') as string });
  });

  it('does not take an error of another kind for a missing engine', async () => {
    const { tried, describe: describeOne } = machine([], new LabError('OUT_OF_BUDGET', 'silent for 120 s'));
    await expect(settleEngine(asked, processor, { log, describe: describeOne })).rejects.toMatchObject({ code: 'OUT_OF_BUDGET' });
    expect(tried).toEqual(['compiled']);
  });
});

function rank(engine: string): number {
  return ['compiled', 'tensorflow', 'wasm', 'cpu'].indexOf(engine);
}
