import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Case, Samples } from './cases.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../peers/torch_peer.py', import.meta.url));

/** PyTorch in a process of its own, which times steps on request. */
export class TorchPeer implements Disposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(threads: number) {
    // torch.set_num_threads alone does not reach the BLAS on the thread that runs the way back.
    const limits = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'passive' };
    this.#process = spawn(PYTHON, [SCRIPT, String(threads)], { env: { ...process.env, ...limits } });
    this.#process.stderr.pipe(process.stderr);
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  static isThere(): boolean {
    return spawnSync(PYTHON, ['-c', 'import torch']).status === 0;
  }

  /** Times of the steps taken within `seconds`. */
  async time({ task, model, batch }: Case, seconds: number): Promise<Samples> {
    this.#process.stdin.write(`${JSON.stringify({ task, model, batch, seconds })}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('[bench] expected an answer of the PyTorch peer, got none. See its messages above.');
    return JSON.parse(value) as Samples;
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#process.kill();
  }
}
