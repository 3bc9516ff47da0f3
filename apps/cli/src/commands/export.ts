import type { Client, Run } from '@entropic-lab/client';
import { LabError, type FinalEvaluation } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connect } from '../lab/connect.ts';
import { localRunner } from '../lab/local-runner.ts';
import { openFolder } from '../lab/start.ts';
import { interruption } from '../terminal/interrupt.ts';
import { integer, urlFlag } from './flags.ts';

interface ExportFlags {
  readonly url: string;
  readonly folder?: string;
  readonly out?: string;
  readonly examples: number;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('write the network of a run as safetensors and ONNX, with what other tools need to attack it')
    .argument('<run>', 'id of a run that kept its weights')
    .option(...urlFlag)
    .option('--folder <path>', 'data folder of a lab that is not running, instead of --url')
    .option('--out <folder>', 'where the files go; default: export-<run>')
    .option('--examples <n>', 'test images to write beside the network, at most', integer(1), 1000)
    .action(exportRun);
}

async function exportRun(runId: string, flags: ExportFlags): Promise<void> {
  const interrupted = interruption();
  const out = resolve(flags.out ?? `export-${runId}`);
  await using lab = await labOf(flags);
  const { run, evaluation } = await ended(lab.client, runId);
  const weights = run.artifacts.findLast(({ kind }) => kind === 'weights');
  if (weights === undefined) throw new LabError('INVALID_INPUT', `[export] expected a run that kept its weights, got ${runId}, which is ${run.status}. Export it when it has trained.`, { path: 'run' });
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new LabError('DATA_FOLDER_UNUSABLE', `[export] expected a folder that can be written, got ${LabError.from(cause).message} (${out}). Choose another with --out.`, { cause });
  });
  const weightsFile = join(out, 'weights.safetensors');
  await writeFile(weightsFile, await lab.client.artifacts.download(weights.sha256));
  await writeFile(join(out, 'run.json'), `${JSON.stringify({ id: run.id, spec: run.spec, evaluation }, null, 2)}\n`);
  await writeFile(join(out, 'README.md'), readme(run));
  for (const name of ['weights.safetensors', 'run.json', 'README.md']) console.log(join(out, name));
  const task = { type: 'export', spec: run.spec, weightsFile, folder: out, examples: flags.examples } as const;
  for await (const { body } of localRunner(task, interrupted)) if (body.type === 'log') (body.level === 'info' ? console.log : console.warn)(body.message);
}

async function labOf({ url, folder }: ExportFlags): Promise<AsyncDisposable & { readonly client: Client }> {
  if (folder !== undefined) {
    if (!existsSync(folder)) throw new LabError('DATA_FOLDER_UNUSABLE', `[export] expected the data folder of a lab, got nothing (${folder}). Name the folder that the lab was started with.`, { path: 'folder' });
    return await openFolder(folder);
  }
  const client = connect(url);
  return { client, [Symbol.asyncDispose]: async () => client[Symbol.asyncDispose]() };
}

/** A run, and its final evaluation where it has one. */
async function ended(client: Client, runId: string): Promise<{ run: Run; evaluation: FinalEvaluation | undefined }> {
  const run = await client.run(runId);
  if (run === undefined) throw new LabError('UNKNOWN_RUN', `[export] expected the id of a run, got "${runId}". \`entropic runs\` lists them.`);
  let evaluation: FinalEvaluation | undefined;
  if (run.status === 'succeeded') for await (const { body } of client.follow(runId)) if (body.type === 'evaluated') evaluation = body.evaluation;
  return { run, evaluation };
}

function readme({ id, spec }: Run): string {
  return `# ${spec.model.architecture} of run ${id}

Trained and measured in Entropic Lab; \`run.json\` has the run's spec and what was measured, per example.

| file | what it is |
|---|---|
| \`weights.safetensors\` | The weights, float32, by name. \`network.json\` says what the axes of each are: kernels of convolutions are [height, width, input channels, output channels], of dense layers [inputs, outputs]. |
| \`network.json\` | Architecture with its options, the input, every layer's name and shape, every weight's name and shape. |
| \`network.onnx\` | ONNX, opset 17 (18 for what needs it). Input \`images\` float32 [batch, height, width, channels], output \`logits\` float32 [batch, classes], before any softmax. The batch has any size unless the file says otherwise. |
| \`gradient.onnx\` | The same, one image at a time. Inputs \`image\` [1, height, width, channels] and \`label\` [1, classes], one-hot; outputs \`logits\` and \`gradient\`, that of the cross-entropy by the image. |
| \`examples.safetensors\` | The first test images: \`images\` [examples, height, width, channels], as bytes (value / 255) or float32, and \`labels\` int32 [examples]. |

Preprocessing: none but bytes / 255; pixels lie within \`input.bounds\` of \`network.json\`. A flatten is row-major over height,
width, channels: tools that hold images channels first put them in that order before the first dense layer. Where \`logitScale\`
is not 1, the last layer's output is multiplied by it; the ONNX files do that already.

\`tools/peers/attack_export.py\` of the lab's repository loads these files in PyTorch, repeats FGSM and PGD, and holds the
results against the lab's.
`;
}
