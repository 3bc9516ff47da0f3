import type Koffi from 'koffi';

/** Of a call on a thread of its own: matrix products keep panels on it. */
const STACK_BYTES = 8 * 2 ** 20;

let loaded: Promise<typeof Koffi> | undefined;

/** Calls of C. Set up before the first library is loaded: afterwards koffi refuses it. @throws where koffi has no build for this machine. */
export function koffi(): Promise<typeof Koffi> {
  return (loaded ??= load());
}

async function load(): Promise<typeof Koffi> {
  const { default: found } = await import('koffi');
  found.config({ ...found.config(), async_stack_size: STACK_BYTES });
  return found;
}
