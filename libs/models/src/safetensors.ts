import { createHash } from 'node:crypto';
import { LabError } from '@entropic-lab/protocol';
import { dtypes, type ArrayDtype, type TensorArray } from './tensor-array.ts';

/** Named arrays and free text, as the safetensors format holds them (https://github.com/huggingface/safetensors). */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, TensorArray>>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Key under which a digest of the data is kept, so that a changed bit in a weight is noticed on reading. */
const DIGEST = 'sha256';
const MAX_HEADER_BYTES = 100_000_000;

/** The file's bytes: header length (8 bytes, little-endian), JSON header padded to a multiple of 8, raw data by name. */
export function writeSafetensors({ tensors, metadata = {} }: { tensors: Safetensors['tensors']; metadata?: Safetensors['metadata'] }): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const name of names) {
    const { dtype, shape, values } = tensors[name]!;
    header[name] = { dtype, shape, data_offsets: [end, (end += values.byteLength)] };
  }
  const data = Buffer.concat(names.map((name) => bytesOf(name, tensors[name]!)));
  const text = JSON.stringify({ __metadata__: { ...metadata, [DIGEST]: digest(data) }, ...header });
  const json = Buffer.from(text);
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return new Uint8Array(Buffer.concat([length, padded, data]));
}

/**
 * Reads and checks a whole file: lengths, dtypes, shapes, and that the arrays tile the data without gap or overlap.
 * The arrays are copies.
 * @param file for messages.
 * @throws LabError BAD_WEIGHTS saying what is wrong and what to do.
 */
export function readSafetensors(bytes: Uint8Array, file = 'safetensors'): Safetensors {
  const { header, data } = splitHeader(bytes, file);
  const { __metadata__: metadata = {}, ...entries } = header;
  const spans = Object.entries(entries).map(([name, entry]) => spanOf(name, entry, file));
  checkTiling(spans, data.byteLength, file);
  const text = textRecord(metadata, file);
  if (text[DIGEST] !== undefined && text[DIGEST] !== digest(data)) {
    throw bad(file, `data with SHA-256 ${text[DIGEST]}`, digest(data), 'The values were altered after they were saved; take another copy.');
  }
  const tensors = spans.map(({ name, dtype, shape, begin, end }) => [name, { dtype, shape, values: dtypes[dtype].read(new Uint8Array(data.subarray(begin, end))) }] as const);
  return { tensors: Object.fromEntries(tensors), metadata: text };
}

interface Span {
  readonly name: string;
  readonly dtype: ArrayDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function splitHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.byteLength < 8) throw bad(file, 'at least 8 bytes', `${bytes.byteLength}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || 8 + length > bytes.byteLength) {
    throw bad(file, `a header within the ${bytes.byteLength} bytes of the file`, `a header of ${length} bytes`);
  }
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    if (!isRecord(header)) throw new Error('not an object');
    return { header, data: bytes.subarray(8 + length) };
  } catch (thrown) {
    throw bad(file, 'a JSON header', (thrown as Error).message);
  }
}

function spanOf(name: string, entry: unknown, file: string): Span {
  if (!isRecord(entry)) throw bad(file, `dtype, shape and data_offsets of ${name}`, JSON.stringify(entry));
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype)) {
    throw bad(file, `a dtype of ${Object.keys(dtypes).join(', ')} for ${name}`, String(dtype), 'Save it as float32.');
  }
  if (!isSizes(shape)) throw bad(file, `a shape of ${name}`, JSON.stringify(shape));
  if (!isSizes(offsets) || offsets.length !== 2) throw bad(file, `two data_offsets of ${name}`, JSON.stringify(offsets));
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, 1) * dtypes[dtype as ArrayDtype].bytes;
  if (end - begin !== expected) throw bad(file, `${expected} bytes for ${name} ${dtype} [${shape.join(', ')}]`, `offsets ${begin} to ${end}`);
  return { name, dtype: dtype as ArrayDtype, shape, begin, end };
}

function checkTiling(spans: readonly Span[], total: number, file: string): void {
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (span.begin !== end) throw bad(file, `${span.name} to begin at byte ${end} of the data`, `${span.begin} (${span.begin < end ? 'overlap' : 'gap'})`);
    end = span.end;
  }
  if (end !== total) throw bad(file, `${end} bytes of data`, `${total}`);
}

function textRecord(value: unknown, file: string): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === 'string')) return value as Record<string, string>;
  throw bad(file, '__metadata__ of texts', JSON.stringify(value));
}

function bytesOf(name: string, { shape, values }: TensorArray): Uint8Array {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) throw bad(name, `${expected} values for shape [${shape.join(', ')}]`, `${values.length}`, 'Give shape and values that fit.');
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function digest(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function bad(file: string, expected: string, got: string, remedy = 'The file is truncated or damaged; take another copy.'): LabError {
  return new LabError('BAD_WEIGHTS', `[safetensors] expected ${expected}, got ${got} (${file}). ${remedy}`, { path: file });
}
