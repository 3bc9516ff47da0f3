import { LabError, type Hardware } from '@entropic-lab/protocol';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import { chooseDevices, deviceEnvironment, deviceTitle, hardwareOf, type Device } from '../devices/device.ts';
import { enginesToTry } from '../devices/engine-order.ts';
import { findDevices } from '../devices/find-devices.ts';
import { processor } from '../devices/processor.ts';
import type { Equipment } from '../ipc.ts';
import { engineWays } from './engine-ways.ts';

export interface Engine {
  readonly runner: Runner;
  /** The device in words, as recorded with results: what computes, not what was asked for. */
  readonly device: string;
  /** The same, as runs may require it. */
  readonly hardware: Hardware;
}

/**
 * The engine asked for on the device asked for; for `auto` the first that starts. This process sees no other card.
 * @throws LabError NO_ENGINE with what each way said.
 */
export async function openEngine({ engine: asked, device: choice, found: known, threads }: Omit<Equipment, 'plugins'>, onNote: (note: string) => void): Promise<Engine> {
  const found = known === undefined ? await findDevices() : [processor(), known];
  const [device] = known === undefined ? chooseDevices(choice, found) : [known];
  Object.assign(process.env, deviceEnvironment(device!));
  const refusals: LabError[] = [];
  const engines = enginesToTry(asked, device!);
  for (const engine of engines) {
    const way = engineWays[engine];
    try {
      await prepareBackend(way.backend);
      const runner = await way.open({ onNote, threads });
      const computes = computing(way.onCard(), device!, found);
      return { runner, device: deviceTitle(computes), hardware: hardwareOf(computes) };
    } catch (error) {
      refusals.push(LabError.from(error));
    }
  }
  if (asked !== 'auto') throw refusals[0]!;
  throw new LabError('NO_ENGINE', `[worker] expected an engine that starts, got ${refusals.map(({ message }, i) => `${engines[i]}: ${message}`).join('; ')} \`entropic doctor\` says what is missing.`);
}

/** An engine of the processor computes there, also where a card was chosen; one of a card, on a card without a driver of its own, in software. */
function computing(onCard: boolean, device: Device, found: readonly Device[]): Device {
  if (!onCard) return found[0]!;
  return device.vendor === 'cpu' ? { ...device, name: `software rendering on ${device.name}` } : device;
}
