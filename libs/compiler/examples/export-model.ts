import { exportOnnx } from '../src/index.ts';
import { createNetwork } from '@entropic-lab/models';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

await prepareBackend('cpu');
const network = createNetwork('lenet5', { rng: new Rng(1) });

// Images go in as TF.js has them, [batch, height, width, channels]; the weights become part of the file.
const logits = (images: tf.Tensor4D) => network.apply(network.params, images).logits;
const bytes = await exportOnnx(logits, tf.zeros([1, 28, 28, 1]) as tf.Tensor4D, { inputs: ['images'], outputs: ['logits'] });
const path = join(mkdtempSync(join(tmpdir(), 'export-')), 'lenet5.onnx');
writeFileSync(path, bytes);
console.log(`${bytes.length} bytes`);
