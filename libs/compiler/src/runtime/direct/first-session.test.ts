import { expect, it } from 'vitest';
import { asFunction, NATIVE_DOMAIN, type NativeKernel } from '../../native/kernel.ts';
import { nativeTarget } from '../../native/native.ts';
import { writeModel } from '../../onnx/model.ts';
import { direct, DirectSession } from './session.ts';

const target = await nativeTarget();

/** In a file of its own: there is one first session a process. */
it.skipIf(target === undefined)('the first session with operators of ours is opened by itself, also where it cannot be', async () => {
  const engine = (await direct())!;
  let [underWay, most] = [0, 0];
  const atOnce: number[] = [];
  const CreateSessionFromArray = async (...args: unknown[]) => {
    most = Math.max(most, ++underWay);
    atOnce.push(underWay);
    await engine.api.aside.CreateSessionFromArray(...args).finally(() => underWay--);
  };
  const watched = { ...engine, api: { ...engine.api, aside: { ...engine.api.aside, CreateSessionFromArray } } };
  const kernel: NativeKernel = { name: 'Nothing', inputs: ['float32'], outputs: [{ type: 'float32', dims: [1] }], parts: 1, write: (a) => asFunction(a, () => undefined) };
  const value = (name: string) => ({ name, type: 'float32' as const, dims: [1] });
  const node = { op: kernel.name, domain: NATIVE_DOMAIN, inputs: ['x'], outputs: ['y'], attributes: {} };
  const bytes = writeModel({ name: 'nothing', nodes: [node], initializers: [], inputs: [value('x')], outputs: [value('y')] });
  const open = (content: Uint8Array) => DirectSession.open(watched, { key: 'nothing', name: 'nothing', bytes: content, kernels: [kernel] }, { threads: 1 });
  const opened = await Promise.allSettled([open(new Uint8Array([1, 2, 3])), open(bytes), open(bytes), open(bytes)]);
  expect(opened.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(atOnce[0]).toBe(1);
  expect(atOnce[1]).toBe(1);
  // Those behind it need not wait for one another.
  expect(most).toBe(3);
  for (const session of opened) if (session.status === 'fulfilled') await session.value.release();
});
