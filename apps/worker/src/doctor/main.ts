import { LabError, type DeviceLoad } from '@entropic-lab/protocol';
import { setTimeout } from 'node:timers/promises';
import { chooseDevices, deviceTitle, type Device } from '../devices/device.ts';
import { enginesToTry } from '../devices/engine-order.ts';
import { findDevices, loadReader } from '../devices/find-devices.ts';
import { engineWays } from '../runner/engine-ways.ts';
import type { EngineName } from '../ipc.ts';
import { relativeDifference } from './examine.ts';
import { examineApart, type Examined } from './examine-process.ts';
import { dawn, libraryNames, missingParts, type MissingPart } from './parts.ts';
import { lookAtSystem } from './system.ts';

/** What the doctor found of one engine. */
export interface Finding {
  readonly engine: string;
  readonly status: 'good' | 'wrong' | 'absent';
  readonly title: string;
  readonly version?: string;
  /** What computed. */
  readonly device?: string;
  /** Largest difference of its gradients from those of the TF.js CPU backend, of their largest; absent where there is none to compare with. */
  readonly difference?: number;
  /** What is missing or wrong. */
  readonly problem?: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** What an absent engine needs of this system and does not find, and how to have each. */
  readonly missing?: readonly MissingPart[];
  /** Input gradients of LeNet-5, batch 64, median of five. */
  readonly milliseconds?: number;
}

/** In float32, two right implementations of these gradients differ by less. */
const tolerance = 1e-4;

/** Examines every engine against the CPU backend of TF.js and prints devices and findings as one line of JSON. */
async function main(choice: string): Promise<void> {
  const devices = await findDevices();
  const loads = await loadsOf(devices);
  const [device] = chooseDevices(choice, devices);
  const reference = await attempt('cpu', device!);
  const system = process.platform === 'linux' ? await lookAtSystem({ libraries: libraryNames, packages: dawn }) : undefined;
  const findings: Finding[] = [];
  for (const engine of Object.keys(engineWays) as (keyof typeof engineWays)[]) {
    process.stderr.write(`examining ${engine} ...\n`);
    const found = finding(engine, engine === 'cpu' ? reference : await attempt(engine, device!), reference);
    findings.push(found.status === 'absent' && system !== undefined ? { ...found, missing: missingParts(engine, system) } : found);
  }
  const usable = enginesToTry('auto', device!);
  const chosen = usable.find((engine) => findings.some((found) => found.engine === engine && found.status === 'good'));
  console.log(JSON.stringify({ node: process.version, devices: devices.map((each, i) => ({ id: each.id, title: deviceTitle(each), load: loads[i] })), device: device!.id, chosen: chosen ?? null, findings }));
}

/** Before anything is examined, so that it tells of others' work and not of ours. */
async function loadsOf(devices: readonly Device[]): Promise<readonly (DeviceLoad | undefined)[]> {
  const readers = devices.map(loadReader);
  await setTimeout(300);
  return await Promise.all(readers.map((read) => read()));
}

function finding(engine: keyof typeof engineWays, result: Examined | LabError, reference: Examined | LabError): Finding {
  const { title, remedy } = engineWays[engine];
  if (result instanceof LabError) return { engine, title, status: 'absent', problem: result.message, remedy };
  const { milliseconds, version, device } = result;
  if (reference instanceof LabError) return { engine, title, status: 'good', milliseconds, version, device };
  const difference = relativeDifference(result.gradients, reference.gradients);
  if (difference <= tolerance) return { engine, title, status: 'good', milliseconds, version, device, difference };
  const problem = `its gradients differ from those of the TF.js CPU backend by ${difference.toExponential(1)} of their largest`;
  return { engine, title, status: 'wrong', milliseconds, version, device, difference, problem, remedy: 'do not use it here' };
}

async function attempt(engine: EngineName, device: Device): Promise<Examined | LabError> {
  return await examineApart(engine, device.id).catch((error: unknown) => LabError.from(error));
}

await main(process.argv[2] ?? 'auto');
