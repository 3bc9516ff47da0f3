import { setTimeout } from 'node:timers/promises';
import { memoryFunctions } from '../../native/executable-memory.ts';
import { loadCApi, type Pointer } from './c-api.ts';

/** Run with --expose-gc: what is not held is collected, and what it had open is closed in a later turn. */
const api = await loadCApi();
const allocate = await memoryFunctions().catch(() => undefined);
for (let turn = 0; turn < 10; turn++) {
  globalThis.gc!();
  await setTimeout(5);
}
const made: [Pointer | null] = [null];
api.call.CreateSessionOptions(made);
api.release.ReleaseSessionOptions(made[0]!);
const memory = allocate?.(1);
memory?.seal(Uint8Array.of(0xc3));
memory?.free();
console.log('still there');
