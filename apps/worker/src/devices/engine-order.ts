import type { EngineName } from '../ipc.ts';
import type { Device } from './device.ts';

type ConcreteEngine = Exclude<EngineName, 'auto'>;

/** What `auto` tries on each kind of device, best first; the last ones compute on the processor, whatever the device. */
const orders: Readonly<Record<'card' | 'processor', readonly ConcreteEngine[]>> = {
  card: ['compiled-cuda', 'compiled-webgpu', 'tensorflow', 'webgpu', 'compiled', 'wasm', 'cpu'],
  processor: ['compiled', 'tensorflow', 'wasm', 'cpu'],
};

/** The engines to try, in order: for `auto` all that the device may have, else the one asked for. */
export function enginesToTry(asked: EngineName, { vendor }: Device): readonly ConcreteEngine[] {
  if (asked !== 'auto') return [asked];
  return orders[vendor === 'cpu' ? 'processor' : 'card'].filter((engine) => engine !== 'compiled-cuda' || vendor === 'nvidia');
}
