import { datasetDescriptors } from '@entropic-lab/datasets';
import { architectureDescriptors } from '@entropic-lab/models';
import type { Equipment, FromRunner } from '../ipc.ts';
import { openEquipment } from './equipment.ts';

/** What a worker with this equipment offers. Plugins that cannot be loaded are listed as problems. */
export async function describe(equipment: Equipment): Promise<FromRunner> {
  const { runner, device, hardware, plugins, problems } = await openEquipment(equipment, () => {});
  await using opened = runner;
  return {
    type: 'described',
    catalogue: { plugins: plugins.descriptors(), datasets: datasetDescriptors(), architectures: architectureDescriptors() },
    engine: opened.name,
    device,
    hardware,
    problems: problems.map((problem) => problem.toJSON()),
  };
}
