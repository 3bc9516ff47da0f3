import { openDataset, type Dataset } from '@entropic-lab/datasets';
import { createNetwork, loadParams, type Network } from '@entropic-lab/models';
import { Rng } from '@entropic-lab/tensor';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What every check works on: MNIST, and LeNet-5 trained on some of it. */
export interface Material {
  readonly dataset: Dataset;
  readonly network: Network;
}

export const WEIGHTS = 'lenet5.safetensors';
export const DATA = 'mnist';

/** @param folder As `pack` writes it. */
export async function openMaterial(folder: string): Promise<Material> {
  const dataset = await openDataset('mnist', { folder: join(folder, DATA) });
  const network = createNetwork('lenet5', { rng: new Rng(0) });
  loadParams(network, await readFile(join(folder, WEIGHTS)), WEIGHTS);
  return { dataset, network };
}
