import { LabError } from '@entropic-lab/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { isDeviceFailure, refit, type Outfit } from './outfit.ts';

const log = pino({ level: 'silent' });
const outfit = (engine: string): Outfit => ({
  equipment: { plugins: [], engine: 'compiled', device: 'cpu' },
  worker: { id: 'w', name: 'w', engine, device: 'd', slots: 1, pools: ['default'], catalogue: { plugins: [], datasets: [], architectures: [] } },
  computesOn: { id: 'cpu', vendor: 'cpu', name: 'a processor' },
  fellBack: false,
});

describe('a worker whose device failed', () => {
  it('looks again until something starts', async () => {
    let looks = 0;
    const find = () => (++looks < 3 ? Promise.reject(new LabError('NO_ENGINE', 'nothing')) : Promise.resolve(outfit('compiled-cpu')));
    expect((await refit({ find, log, stop: new AbortController().signal, pauseMs: 1 })).worker.engine).toBe('compiled-cpu');
    expect(looks).toBe(3);
  });

  it('does not take another error for a device that is away, and stops when told', async () => {
    const stop = new AbortController();
    await expect(refit({ find: () => Promise.reject(new LabError('BAD_PLUGIN', 'x')), log, stop: stop.signal })).rejects.toMatchObject({ code: 'BAD_PLUGIN' });
    const waiting = refit({ find: () => Promise.reject(new LabError('NO_ENGINE', 'x')), log, stop: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([['DEVICE_LOST', true], ['NO_ENGINE', true], ['OUT_OF_MEMORY', false], ['PLUGIN_FAILED', false], [undefined, false]] as const)('%s: %s', (code, expected) => {
    expect(isDeviceFailure(code)).toBe(expected);
  });
});
