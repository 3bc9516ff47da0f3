import type { Client } from '@entropic-lab/client';
import type { CellPlan, RecordedPlan, RunSpecInput } from '@entropic-lab/protocol';

const losses = ['cross-entropy', 'label-smoothing'] as const;
const attacks = [{ title: 'FGSM', plugin: 'fgsm' }, { title: 'PGD', plugin: 'pgd' }] as const;

const row = (title: string, measure: CellPlan['measure'], paper?: number) => ({ title, ...(paper === undefined ? {} : { paper }), cells: losses.map((loss) => ({ runs: [loss], measure })) });

const plan: RecordedPlan = {
  title: 'Does label smoothing make LeNet-5 robust?',
  citation: { authors: 'C. Szegedy et al.', title: 'Rethinking the Inception Architecture', year: 2016, url: 'https://arxiv.org/abs/1512.00567' },
  introduction: ['Two networks, the same but for the loss, attacked with FGSM and PGD.'],
  runs: losses.map((key) => ({ key, title: `LeNet-5 trained with ${key}` })),
  tables: [
    {
      id: 'I', title: 'Accuracy and attack success', model: 'lenet5', columns: [...losses], diagnosed: [...losses],
      rows: [row('clean test images', { kind: 'cleanAccuracy' }, 0.99), ...attacks.map(({ title, plugin }) => row(title, { kind: 'attackSuccess', plugin, norm: 'linf', shown: 'logits' }))],
    },
  ],
  figures: [
    { id: '1', title: 'FGSM success', model: 'lenet5', axis: 'FGSM success', curves: losses.map((run) => ({ title: run, run, metric: 'fgsm' })) },
    { id: '2', title: 'E_T', model: 'lenet5', axis: 'E_T (nats per layer)', curves: losses.map((run) => ({ title: run, run, metric: 'entropyFlow' })) },
  ],
};

/** A small study with tables of its own, as `entropic reproduce` makes them. */
export async function plannedStudy(client: Client, dataset: RunSpecInput['dataset']): Promise<void> {
  const { id: studyId } = await client.planStudy({ key: 'label-smoothing once', name: plan.title, plan });
  for (const plugin of losses) {
    const spec: RunSpecInput = {
      name: `trained with ${plugin}`, dataset, model: { architecture: 'lenet5' }, training: { epochs: 4, loss: { plugin } },
      evaluation: { everyEpochs: 1, examples: 50, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }, { plugin: 'pgd', epsilon: 0.1, options: { steps: 10 } }] },
    };
    const { id } = await client.startRun(spec, { studyId, key: plugin });
    for await (const _ of client.follow(id)) continue;
  }
}
