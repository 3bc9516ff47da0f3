import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Case, Samples } from './cases.ts';

/** Debian's, for which python3-torch is made. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../peers/torch_peer.py', import.meta.url));

export interface PeerOptions {
  /** Default `/usr/bin/python3`. */
  readonly python?: string;
  /** Default `cpu`. */
  readonly device?: 'cpu' | 'cuda';
}

/** PyTorch in a process of its own, which times steps on request. */
export class TorchPeer implements Disposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(threads: number, { python = PYTHON, device = 'cpu' }: PeerOptions = {}) {
    // torch.set_num_threads alone does not reach the BLAS on the thread that runs the way back.
    const limits = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'passive' };
    this.#process = spawn(python, [SCRIPT, String(threads), device], { env: { ...process.env, ...limits } });
    this.#process.stderr.pipe(process.stderr);
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  static isThere({ python = PYTHON, device = 'cpu' }: PeerOptions = {}): boolean {
    return spawnSync(python, ['-c', device === 'cuda' ? 'import torch, sys; sys.exit(not torch.cuda.is_available())' : 'import torch']).status === 0;
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
