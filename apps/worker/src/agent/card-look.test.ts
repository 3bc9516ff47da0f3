import { LabError } from '@entropic-lab/protocol';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { cardLook } from './card-look.ts';
import type { Outfit } from './outfit.ts';

const log = pino({ level: 'silent' });
const outfit = (engine: string, fellBack: boolean): Outfit => ({
  equipment: { plugins: [], engine: 'compiled', device: 'gpu:0' },
  worker: { id: 'w', name: 'w', engine, device: 'd', slots: 1, pools: ['default'], catalogue: { plugins: [], datasets: [], architectures: [] } },
  computesOn: { id: 'cpu', vendor: 'cpu', name: 'a processor' },
  fellBack,
});
const onProcessor = outfit('compiled-cpu', true);
const onCard = outfit('compiled-webgpu', false);

it('looks when it is time, one look at a time, until the card starts', async () => {
  using clock = Object.assign(vi.spyOn(performance, 'now'), { at: (seconds: number) => void clock.mockReturnValue(seconds * 1000) });
  clock.at(0);
  const find = vi.fn<() => Promise<Outfit>>();
  const look = cardLook({ find, everyMs: 60_000, log });
  expect(await look(onProcessor)).toBeUndefined();
  clock.at(59);
  expect(await look(onProcessor)).toBeUndefined();
  expect(find).toHaveBeenCalledTimes(0);

  clock.at(60);
  let answer: (found: Outfit) => void = () => {};
  find.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const first = look(onProcessor);
  expect(await look(onProcessor)).toBeUndefined();
  clock.at(100);
  answer(onProcessor);
  expect(await first).toBeUndefined();

  // A minute from the end of the last look, which found nothing.
  clock.at(159);
  expect(await look(onProcessor)).toBeUndefined();
  expect(find).toHaveBeenCalledTimes(1);
  clock.at(160);
  find.mockRejectedValueOnce(new LabError('NO_ENGINE', 'nothing starts'));
  expect(await look(onProcessor)).toBeUndefined();
  clock.at(220);
  find.mockResolvedValueOnce(onCard);
  expect(await look(onProcessor)).toBe(onCard);
  expect(find).toHaveBeenCalledTimes(3);
});

it('does not look for a card that it has or was not meant to have, nor where it is told never to', async () => {
  using clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const find = vi.fn(() => Promise.resolve(onCard));
  const [look, never] = [cardLook({ find, everyMs: 1, log }), cardLook({ find, everyMs: 0, log })];
  clock.mockReturnValue(1e9);
  expect(await look(onCard)).toBeUndefined();
  expect(await never(onProcessor)).toBeUndefined();
  expect(find).not.toHaveBeenCalled();
});
