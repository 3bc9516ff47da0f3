import { badFile } from './bad-file.ts';
import { checkLabels } from './check-examples.ts';

const SIDE = 32;
const CHANNELS = 3;
const PLANE = SIDE * SIDE;
export const RECORD_BYTES = 1 + CHANNELS * PLANE;

export interface CifarRecords {
  readonly labels: Int32Array;
  /** NHWC bytes. */
  readonly pixels: Uint8Array;
}

/**
 * CIFAR-10's binary version: per image one label byte, then the red, the green and the blue plane, row-major.
 * @throws LabError BAD_DATASET_FILE with expected and found bytes.
 */
export function parseCifarRecords(bytes: Uint8Array, file: string, remedy: string): CifarRecords {
  const count = Math.floor(bytes.byteLength / RECORD_BYTES);
  if (count === 0 || count * RECORD_BYTES !== bytes.byteLength) {
    throw badFile(file, `a multiple of ${RECORD_BYTES} bytes, one record an image`, `${bytes.byteLength} bytes`, remedy);
  }
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * CHANNELS * PLANE);
  for (let image = 0; image < count; image++) {
    const record = image * RECORD_BYTES;
    labels[image] = bytes[record]!;
    interleave(bytes.subarray(record + 1, record + RECORD_BYTES), pixels, image * CHANNELS * PLANE);
  }
  return { labels: checkLabels(labels, 10, file, remedy), pixels };
}

function interleave(planes: Uint8Array, pixels: Uint8Array, at: number): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    const plane = channel * PLANE;
    for (let place = 0; place < PLANE; place++) pixels[at + place * CHANNELS + channel] = planes[plane + place]!;
  }
}
