import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Device } from './device.ts';
import type { DeviceLoad } from '@entropic-lab/protocol';

const run = promisify(execFile);
/** The tool answers in a fraction of a second; longer than this and the driver hangs. */
const patienceMs = 5_000;

/** NVIDIA cards, as their driver's own tool lists them; none where the tool is not there. */
export async function nvidiaDevices(): Promise<readonly Omit<Device, 'id'>[]> {
  const rows = await query(['uuid', 'name', 'memory.total', 'driver_version']);
  return rows.map(([handle, name, memory, driver]) => ({ vendor: 'nvidia', name: name!, handle: handle!, memoryMiB: numberOf(memory), driver }));
}

/** What an NVIDIA card does now; undefined where its driver does not tell. */
export async function nvidiaLoad(handle: string): Promise<DeviceLoad | undefined> {
  const [row] = await query(['utilization.gpu', 'memory.used', 'memory.total', 'power.draw'], ['--id', handle]);
  if (row === undefined) return undefined;
  const [percent, used, total, watts] = row.map(numberOf);
  return { utilization: percent === undefined ? undefined : percent / 100, memoryUsedMiB: used, memoryTotalMiB: total, powerWatts: watts };
}

async function query(columns: readonly string[], more: readonly string[] = []): Promise<string[][]> {
  try {
    const { stdout } = await run('nvidia-smi', [`--query-gpu=${columns.join()}`, '--format=csv,noheader,nounits', ...more], { timeout: patienceMs });
    return stdout.split('\n').filter((line) => line.trim() !== '').map((line) => line.split(',').map((cell) => cell.trim()));
  } catch {
    return [];
  }
}

/** A cell the driver cannot fill reads `[N/A]` or `[Not Supported]`. */
function numberOf(cell: string | undefined): number | undefined {
  const value = Number(cell);
  return cell === undefined || cell === '' || !Number.isFinite(value) ? undefined : value;
}
