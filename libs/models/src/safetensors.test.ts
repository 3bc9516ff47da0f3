import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { tinyWeights } from './tiny.fixture.ts';

/** A file with this header and so many bytes of data. */
function file(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes, 7)]);
}

const f32 = (shape: number[], ...offsets: number[]) => ({ dtype: 'F32', shape, data_offsets: offsets });

describe('safetensors', () => {
  it('gives back every bit, of numbers that are none too', () => {
    const odd = new Float32Array(new Uint32Array([0x7fc00001, 0xff800000, 0x00000001, 0x80000000, 0x3dcccccd, 0x7f7fffff]).buffer);
    const tensors = {
      b: { dtype: 'F32', shape: [2, 3], values: odd },
      a: { dtype: 'I64', shape: [1], values: BigInt64Array.of(-(2n ** 63n)) },
      empty: { dtype: 'U8', shape: [0, 4], values: new Uint8Array(0) },
      scalar: { dtype: 'F64', shape: [], values: Float64Array.of(Math.PI) },
    } as const;
    const bytes = writeSafetensors({ tensors, metadata: { note: 'ä "quoted"' } });
    const read = readSafetensors(bytes);
    expect(new Uint32Array((read.tensors['b']!.values as Float32Array).buffer)).toEqual(new Uint32Array(odd.buffer));
    expect(read.tensors['a']).toEqual(tensors.a);
    expect(read.tensors['scalar']).toEqual(tensors.scalar);
    expect(read.tensors['empty']!.shape).toEqual([0, 4]);
    expect(read.metadata['note']).toBe('ä "quoted"');
    expect(Buffer.compare(writeSafetensors(read), bytes)).toBe(0);
  });

  it('writes headers that end on a multiple of 8, and copies what it reads', () => {
    const source = writeSafetensors({ tensors: { x: { dtype: 'F32', shape: [1], values: Float32Array.of(1) } } });
    expect(Number(Buffer.from(source).readBigUInt64LE()) % 8).toBe(0);
    const { tensors } = readSafetensors(source);
    source.fill(0);
    expect(tensors['x']!.values[0]).toBe(1);
  });

  it('reads files of others, without padding and digest', () => {
    const { tensors, metadata } = readSafetensors(tinyWeights);
    expect(tensors['conv_1/kernel']).toMatchObject({ dtype: 'F32', shape: [3, 3, 2, 3] });
    expect(metadata).toEqual({ made: 'numpy' });
  });

  it('notices one changed bit of a weight', () => {
    const bytes = writeSafetensors({ tensors: { x: { dtype: 'F32', shape: [2], values: Float32Array.of(1, 2) } } });
    bytes[bytes.length - 1]! ^= 1;
    expect(() => readSafetensors(bytes, 'weights.safetensors')).toThrow(/SHA-256.*weights\.safetensors.*altered/s);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), /at least 8 bytes, got 0/],
    ['a header that is longer than the file', file({ x: f32([1], 0, 4) }, 4).subarray(0, 30), /within the 30 bytes of the file/],
    ['an endless header', Buffer.alloc(64, 0xff), /a header of 184467440/],
    ['no JSON', file('{"x": ', 4), /a JSON header/],
    ['a list', file('[]', 0), /not an object/],
    ['data cut short', file({ x: f32([2], 0, 8) }, 4), /expected 8 bytes of data, got 4/],
    ['data too long', file({ x: f32([2], 0, 8) }, 12), /expected 8 bytes of data, got 12/],
    ['overlapping arrays', file({ x: f32([2], 0, 8), y: f32([2], 4, 12) }, 12), /y to begin at byte 8 of the data, got 4 \(overlap\)/],
    ['a gap', file({ x: f32([1], 0, 4), y: f32([1], 8, 12) }, 12), /y to begin at byte 4 of the data, got 8 \(gap\)/],
    ['offsets that do not fit the shape', file({ x: f32([3], 0, 8) }, 8), /expected 12 bytes for x F32 \[3\], got offsets 0 to 8/],
    ['offsets backwards', file({ x: f32([1], 4, 0) }, 4), /expected 4 bytes for x/],
    ['an unknown type', file({ x: { ...f32([1], 0, 2), dtype: 'BF16' } }, 2), /a dtype of F32.*got BF16.*Save it as float32/],
    ['a negative size', file({ x: f32([-1], 0, 4) }, 4), /a shape of x, got \[-1\]/],
    ['an entry that is none', file({ x: 5 }, 0), /dtype, shape and data_offsets of x/],
    ['metadata of numbers', file({ __metadata__: { n: 5 } }, 0), /__metadata__ of texts/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'a.safetensors')).toThrow(expect.objectContaining({ code: 'BAD_WEIGHTS', message: expect.stringMatching(message) }));
  });
});
