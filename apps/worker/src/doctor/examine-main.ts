import { LabError } from '@entropic-lab/protocol';
import { EngineName } from '../ipc.ts';
import { openEngine } from '../runner/engine.ts';
import { engineVersion } from './engine-version.ts';
import { examine } from './examine.ts';

/** Process that examines one engine on one device, and tells its parent. */
async function main(engine: Exclude<EngineName, 'auto'>, device: string): Promise<object> {
  const opened = await openEngine({ engine, device }, () => {});
  const { milliseconds, gradients } = await examine(opened.runner);
  return { milliseconds, gradients: [...gradients], device: opened.device, version: engineVersion(engine) };
}

const [, , engine, device] = process.argv;
const told = await main(EngineName.exclude(['auto']).parse(engine), device!).catch((error: unknown) => ({ error: LabError.from(error).toJSON() }));
process.send!(told, () => process.exit(0));
