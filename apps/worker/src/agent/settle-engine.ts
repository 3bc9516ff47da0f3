import { LabError } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import type { Device } from '../devices/device.ts';
import { enginesToTry } from '../devices/engine-order.ts';
import type { Equipment } from '../ipc.ts';
import { describeEquipment, type Description } from './describe.ts';

/** What this worker computes with, for good: no runner chooses again. */
export interface Settled {
  readonly equipment: Equipment;
  readonly description: Description;
}

export interface SettleOptions {
  readonly log: Logger;
  /** Starts the engine in a process and says what it offers. Default: a runner process. */
  readonly describe?: typeof describeEquipment;
}

/**
 * The first engine that starts on the device, each tried in a process of its own, so that a driver that ends its
 * process ends that one alone. What the better ones said is logged.
 * @throws LabError NO_ENGINE with what each said.
 */
export async function settleEngine(asked: Equipment, device: Device, { log, describe = describeEquipment }: SettleOptions): Promise<Settled> {
  const refusals: string[] = [];
  for (const engine of enginesToTry(asked.engine, device)) {
    const equipment = { ...asked, engine, device: device.id, found: device };
    try {
      return { equipment, description: await describe(equipment, log) };
    } catch (thrown) {
      const error = LabError.from(thrown);
      if (error.code !== 'NO_ENGINE' && error.code !== 'RUNNER_DIED') throw error;
      log.info({ engine, device: device.id, code: error.code }, `${engine} is not used: ${error.message}`);
      refusals.push(`${engine}: ${error.message}`);
    }
  }
  throw new LabError('NO_ENGINE', `[worker] expected an engine that starts on ${device.name}, got ${refusals.join('; ')}. \`entropic doctor\` says what is missing.`);
}
