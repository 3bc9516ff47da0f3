import { expect, it } from 'vitest';
import { hasSoftwareVulkan, softwareVulkan } from '@entropic-lab/tools/software-vulkan';
import { follow, post, type SeenEvent } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

if (!hasSoftwareVulkan) console.warn("skipped: two runs on WebGPU without a card. Debian's chromium brings the Vulkan driver in software that it needs.");

const specs = [1, 2].map((seed) => ({
  seed,
  dataset: { name: 'mnist', trainLimit: 32, testLimit: 16 },
  model: { architecture: 'lenet5' },
  training: { epochs: 1, batchSize: 16 },
  evaluation: { examples: 4, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
}));

it.skipIf(!hasSoftwareVulkan)('two runs share one device on WebGPU, and measure what a worker on the processor does', { timeout: 900_000 }, async () => {
  await using folder = await temporaryFolder();
  await using server = startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--port', '0', '--logLevel', 'warn']);
  const url = String((await server.ready)['url']);
  const runs = async (engine: string, env = {}): Promise<readonly SeenEvent[][]> => {
    await using worker = startProcess('apps/worker/src/main.ts', ['--url', url, '--plugins', standardPlugins, '--engine', engine, '--device', 'cpu', '--slots', '2'], { env });
    await worker.ready;
    const events = await Promise.all(specs.map((input) => start(url, input).then((runId) => follow(`${url}/graphql`, { runId, after: 0 }))));
    for (const each of events) expect(each.at(-1), worker.printed()).toMatchObject({ type: 'finished', body: { status: 'succeeded' } });
    return events;
  };
  const onCard = await runs('compiled-webgpu', softwareVulkan(folder.path));
  const onProcessor = await runs('compiled');

  for (const [engine, device, events] of [['compiled-webgpu', 'software rendering', onCard], ['compiled-cpu', 'threads', onProcessor]] as const) {
    for (const each of events) expect(each.find(({ type }) => type === 'started')).toMatchObject({ body: { engine, device: expect.stringContaining(device) as string } });
  }
  // Both were computed at a time: each began before the other had ended.
  const [begun, ended] = [onCard.map((events) => timeOf(events, 'started')), onCard.map((events) => timeOf(events, 'finished'))];
  expect(Math.max(...begun)).toBeLessThan(Math.min(...ended));
  let worst = 0;
  for (const [i, events] of onCard.entries()) {
    const [ours, theirs] = [events, onProcessor[i]!].map((each) => measured(each));
    expect([...ours!.keys()]).toEqual([...theirs!.keys()]);
    expect([...ours!.keys()]).toEqual(expect.arrayContaining(['epoch.loss.total', 'epoch.entropies.networkEntropy', 'evaluated.attacks.0.robustAccuracy']));
    for (const [name, value] of ours!) {
      const expected = theirs!.get(name)!;
      expect(Math.abs(value - expected), `${name}: ${value}, on the processor ${expected}`).toBeLessThanOrEqual(1e-4 * Math.abs(expected));
      if (expected !== 0) worst = Math.max(worst, Math.abs(value / expected - 1));
    }
  }
  // Two engines: their roundings differ, so that numbers without any difference would be of one.
  expect(worst).toBeGreaterThan(0);
  console.log(`largest relative difference of ${measured(onCard[0]!).size} numbers of each run: ${worst.toExponential(1)}`);
  // Other seeds, other numbers: what is compared is of the run.
  expect(measured(onCard[0]!).get('epoch.loss.total')).not.toBe(measured(onCard[1]!).get('epoch.loss.total'));
});

async function start(url: string, input: object): Promise<string> {
  const { data, errors } = await post(`${url}/graphql`, 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id } }', { input });
  expect(errors).toBeUndefined();
  return (data as unknown as { startRun: { id: string } }).startRun.id;
}

function timeOf(events: readonly SeenEvent[], type: string): number {
  return Date.parse(events.find((event) => event.type === type)!.time);
}

/** All numbers of the epoch and of the final evaluation by their paths, but what a clock says. */
function measured(events: readonly SeenEvent[]): Map<string, number> {
  const numbers = new Map<string, number>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number' && !/seconds|perSecond/i.test(path)) numbers.set(path, value);
    if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  for (const { type, body } of events) {
    if (type === 'epoch') visit(body['metrics'], type);
    if (type === 'evaluated') visit(body['evaluation'], type);
  }
  return numbers;
}
