import { assertConforms } from '@entropic-lab/plugin-sdk/testing';
import { prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, it } from 'vitest';
import attack from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('conforms', () => assertConforms(attack));
