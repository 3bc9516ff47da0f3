import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { eitherSignal } from './either-signal.ts';

it('is aborted in time though nobody else holds its sources when memory is collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const either = eitherSignal(new AbortController().signal, AbortSignal.timeout(300));
  const aborted = once(either, 'abort').then(() => 'aborted');
  for (let at = 0; at < 5; at += 1) {
    collect();
    await sleep(10);
  }
  expect(await Promise.race([aborted, sleep(20_000, 'forgotten')])).toBe('aborted');
});
