import { LabError, type ErrorCode, type WorkerSpec } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Device } from '../devices/device.ts';
import type { Equipment } from '../ipc.ts';

/** What a worker computes with, and what it tells the lab of it. */
export interface Outfit {
  readonly worker: WorkerSpec;
  readonly equipment: Equipment;
  /** What its engine computes on, whose load is told: the processor also where a card was chosen and did not start. */
  readonly computesOn: Device;
  /** Whether that is the processor only because a card did not start. */
  readonly fellBack: boolean;
}

export interface RefitOptions {
  /** Looks for devices and engines anew. @throws LabError NO_ENGINE */
  readonly find: () => Promise<Outfit>;
  readonly log: Logger;
  readonly stop: AbortSignal;
  /** Milliseconds between two looks. Default: 15 seconds. */
  readonly pauseMs?: number;
}

/** Endings after which the device that a worker was started with may not be there any more. */
const ofTheDevice: ReadonlySet<ErrorCode> = new Set(['DEVICE_LOST', 'NO_ENGINE']);

export function isDeviceFailure(code: ErrorCode | undefined): boolean {
  return code !== undefined && ofTheDevice.has(code);
}

/**
 * What there is to compute with after a device failed: the same where it came back, or the next best. While nothing
 * starts, it looks again from time to time, and the worker claims nothing, so that runs go to others.
 * @throws AbortError when stopped.
 */
export async function refit({ find, log, stop, pauseMs = 15_000 }: RefitOptions): Promise<Outfit> {
  for (;;) {
    try {
      const outfit = await find();
      log.warn({ engine: outfit.worker.engine }, `after the failure of its device the worker computes with ${outfit.worker.engine} on ${outfit.worker.device}`);
      return outfit;
    } catch (thrown) {
      const error = LabError.from(thrown);
      if (error.code !== 'NO_ENGINE') throw error;
      log.error(`nothing to compute with; looking again in ${pauseMs / 1000} s: ${error.message}`);
    }
    await sleep(pauseMs, undefined, { signal: stop });
  }
}
