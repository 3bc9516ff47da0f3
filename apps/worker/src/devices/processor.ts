import type { DeviceLoad } from '@entropic-lab/protocol';
import { cpus, freemem, totalmem } from 'node:os';
import type { Device } from './device.ts';

const bytesPerMiB = 2 ** 20;

export function processor(): Device {
  const cores = cpus();
  return { id: 'cpu', vendor: 'cpu', name: `${cores[0]?.model.trim() ?? 'unknown processor'} (${cores.length} threads)`, memoryMiB: totalmem() / bytesPerMiB };
}

/** Reads how busy the whole machine was since it was last asked, and its memory. */
export function processorLoad(): () => DeviceLoad {
  let before = ticks();
  return () => {
    const now = ticks();
    const [busy, all] = [now.busy - before.busy, now.all - before.all];
    before = now;
    return { utilization: all > 0 ? busy / all : undefined, memoryUsedMiB: (totalmem() - freemem()) / bytesPerMiB, memoryTotalMiB: totalmem() / bytesPerMiB };
  };
}

function ticks(): { readonly busy: number; readonly all: number } {
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}
