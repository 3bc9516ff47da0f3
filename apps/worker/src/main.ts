import { createClient } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { pino } from 'pino';
import { runAgent } from './agent/agent.ts';
import { reportLoads } from './agent/load-reports.ts';
import type { Outfit } from './agent/outfit.ts';
import { settleEngine } from './agent/settle-engine.ts';
import { openSpool } from './agent/spool/spool.ts';
import { readConfig, type WorkerConfig } from './config.ts';
import { chooseDevices } from './devices/device.ts';
import { findDevices, loadReader } from './devices/find-devices.ts';

/** The agent process of a worker. Ends on SIGTERM, SIGINT, or when the process that started it is gone. */
async function main(): Promise<void> {
  const stop = stopSignal();
  const config = readConfig(process.argv.slice(2), process.env);
  const log = pino({ level: config.logLevel, base: { worker: config.name } });
  const id = randomUUID();
  const findOutfit = async (): Promise<Outfit> => {
    const [chosen] = chooseDevices(config.device, await findDevices());
    const asked = { plugins: config.plugins, engine: config.engine, device: config.device, threads: threadsEach(config) };
    const { equipment, description } = await settleEngine(asked, chosen!, { log });
    const { catalogue, engine, device, hardware } = description;
    return { equipment, worker: { id, name: config.name, engine, device, hardware, slots: config.slots, pools: config.pools, catalogue } };
  };
  const outfit = await findOutfit();
  await using client = createClient({ url: config.url[0]!, others: config.url.slice(1), ...(config.token === '' ? {} : { token: config.token }) });
  await using spool = await openSpool(config.spoolFolder);
  const loads = reportLoads({ client, workerId: id, read: loadReader(outfit.equipment.found!), log, stop });
  await Promise.all([loads, runAgent({ client, outfit, findOutfit, limits: config, spool, log, stop, onRegistered: () => process.send?.({ type: 'ready', workerId: id }) })]);
  // Its runs are given back by now. A lab that does not answer finds out by itself.
  await client.worker.leave(id).catch((error: unknown) => log.debug(`left without a word: ${LabError.from(error).message}`));
}

/** Runs beside one another share the cores: more threads than cores wait for one another at every operation. */
function threadsEach({ threads, slots }: WorkerConfig): number {
  return threads ?? Math.max(1, Math.floor(availableParallelism() / slots));
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  return controller.signal;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const labError = LabError.from(error);
  process.send?.({ type: 'failed', error: labError.toJSON() });
  process.stderr.write(`${labError.code}: ${labError.message}\n${labError.code === 'INTERNAL' ? labError.stack : ''}\n`);
  process.exit(1);
}
