import type { Logger } from 'pino';
import { availableParallelism } from 'node:os';
import type { WorkerConfig } from '../config.ts';
import { chooseDevices } from '../devices/device.ts';
import { findDevices } from '../devices/find-devices.ts';
import type { Outfit } from './outfit.ts';
import { settleEngine } from './settle-engine.ts';

export interface OutfitSearch {
  readonly config: WorkerConfig;
  /** The worker's, by which the lab knows it. */
  readonly id: string;
  readonly log: Logger;
}

/**
 * Finds device and engine as configured, each time it is called.
 * @throws LabError NO_ENGINE
 */
export function outfitFinder({ config, id, log }: OutfitSearch): () => Promise<Outfit> {
  // A card that is lost may not be listed any more: it is missed all the same.
  let hadCard = false;
  return async () => {
    const found = await findDevices();
    const [chosen] = chooseDevices(config.device, found);
    hadCard ||= chosen!.vendor !== 'cpu';
    const asked = { plugins: config.plugins, engine: config.engine, device: config.device, threads: threadsEach(config) };
    const { equipment, description } = await settleEngine(asked, chosen!, { log });
    const { catalogue, engine, device, hardware } = description;
    const onCard = hardware.device === 'gpu';
    return {
      equipment,
      worker: { id, name: config.name, engine, device, hardware, slots: config.slots, pools: config.pools, catalogue },
      computesOn: onCard ? chosen! : found[0]!,
      fellBack: config.engine === 'auto' && hadCard && !onCard,
    };
  };
}

/** Runs beside one another share the cores: more threads than cores wait for one another at every operation. */
function threadsEach({ threads, slots }: WorkerConfig): number {
  return threads ?? Math.max(1, Math.floor(availableParallelism() / slots));
}
