import { compiledRunner } from '@entropic-lab/compiler';
import { dispose } from '@entropic-lab/tensor';
import { cases, spread } from './cases.ts';
import { workload } from './workload.ts';

export interface CompileTime {
  readonly model: string;
  readonly batch: number;
  /** Recording, lowering and opening the session of a training step: its first call less a later one. */
  readonly milliseconds: number;
  /** The same of the process's CPU time. */
  readonly cpuMilliseconds: number;
}

/** What the first call of each model's training step costs beyond a call, in a process that has compiled before. */
export async function* compileTimes(threads: number): AsyncGenerator<CompileTime> {
  for (const which of [cases.step[0]!, ...cases.step.filter(({ batch }) => batch === 4)]) {
    await using runner = compiledRunner({ threads });
    using work = workload(runner, which);
    const calls: number[] = [];
    const cpu: number[] = [];
    for (let call = 0; call < 6; call++) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      (await work.loop.run([work.x])).forEach(dispose);
      const { user, system } = process.cpuUsage(before);
      calls.push(performance.now() - start);
      cpu.push((user + system) / 1000);
    }
    yield { model: which.model, batch: which.batch, milliseconds: extra(calls), cpuMilliseconds: extra(cpu) };
  }
}

function extra([first, ...later]: readonly number[]): number {
  return first! - spread(later).median;
}
