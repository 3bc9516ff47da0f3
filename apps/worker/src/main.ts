import { createClient } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { runAgent } from './agent/agent.ts';
import { outfitFinder } from './agent/find-outfit.ts';
import { reportLoads } from './agent/load-reports.ts';
import type { Outfit } from './agent/outfit.ts';
import { openSpool } from './agent/spool/spool.ts';
import { readConfig } from './config.ts';
import { loadReader } from './devices/find-devices.ts';

/** The agent process of a worker. Ends on SIGTERM, SIGINT, or when the process that started it is gone. */
async function main(): Promise<void> {
  const stop = stopSignal();
  const config = readConfig(process.argv.slice(2), process.env);
  const log = pino({ level: config.logLevel, base: { worker: config.name } });
  const id = randomUUID();
  const findOutfit = outfitFinder({ config, id, log });
  const outfit = await findOutfit();
  await using client = createClient({ url: config.url[0]!, others: config.url.slice(1), ...(config.token === '' ? {} : { token: config.token }) });
  await using spool = await openSpool(config.spoolFolder);
  let readLoad = loadReader(outfit.computesOn);
  const loads = reportLoads({ client, workerId: id, read: () => readLoad(), log, stop });
  const onRegistered = ({ computesOn }: Outfit): void => {
    readLoad = loadReader(computesOn);
    process.send?.({ type: 'ready', workerId: id });
  };
  await Promise.all([loads, runAgent({ client, outfit, findOutfit, lookAgainSeconds: config.lookAgainSeconds, limits: config, spool, log, stop, onRegistered })]);
  // Its runs are given back by now. A lab that does not answer finds out by itself.
  await client.worker.leave(id).catch((error: unknown) => log.debug(`left without a word: ${LabError.from(error).message}`));
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
