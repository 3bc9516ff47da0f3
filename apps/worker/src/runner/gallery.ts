import { firstExamples, readBatch, type ExampleSet } from '@entropic-lab/datasets';
import type { JudgedBatch } from '@entropic-lab/evaluation';
import { writeSafetensors, type TensorArray } from '@entropic-lab/models';
import type { AttackSpec } from '@entropic-lab/protocol';

/** Images kept where the spec does not say how many. */
export const DEFAULT_KEPT_IMAGES = 16;

/** The first images of the set beside what each attack of the latest evaluation made of them. */
export interface Gallery {
  /** A new evaluation by the attack: what is kept of an earlier one goes. */
  begin(attack: number): void;
  take(attack: number, batch: JudgedBatch): void;
  /**
   * A safetensors file: `images` [n, height, width, channels] float32 and `labels`; for the attack at place i of the
   * spec `adversarial.i`, as the attack proposed them, found or not, and their places in the set, `examples.i`.
   * @returns undefined where nothing is kept.
   */
  file(examples: ExampleSet, specs: readonly AttackSpec[]): Uint8Array | undefined;
}

export function gallery(count: number): Gallery {
  const kept: Map<number, Float32Array>[] = [];
  return {
    begin(attack) {
      kept[attack] = new Map();
    },
    take(attack, { indices, images }) {
      const size = images.length / indices.length;
      indices.forEach((example, row) => {
        if (example < count && size > 0) kept[attack]!.set(example, images.slice(row * size, (row + 1) * size));
      });
    },
    file(examples, specs) {
      const shown = Math.min(count, examples.count);
      if (shown === 0 || kept.length === 0) return undefined;
      const { inputs, labels } = readBatch(firstExamples(examples, shown, 'evaluation.keepImages'), Int32Array.from({ length: shown }, (_, at) => at));
      const shape = [...examples.inputShape];
      const tensors: Record<string, TensorArray> = { images: { dtype: 'F32', shape: [shown, ...shape], values: inputs }, labels: { dtype: 'I32', shape: [shown], values: labels } };
      kept.forEach((images, attack) => Object.assign(tensors, ofAttack(attack, images, shape)));
      return writeSafetensors({ tensors, metadata: { attacks: JSON.stringify(specs.map(({ plugin, norm, epsilon }) => ({ plugin, norm, epsilon }))) } });
    },
  };
}

function ofAttack(attack: number, images: ReadonlyMap<number, Float32Array>, shape: readonly number[]): Record<string, TensorArray> {
  if (images.size === 0) return {};
  const places = [...images.keys()].sort((a, b) => a - b);
  const size = shape.reduce((product, side) => product * side, 1);
  const pixels = new Float32Array(places.length * size);
  places.forEach((place, row) => pixels.set(images.get(place)!, row * size));
  return {
    [`adversarial.${attack}`]: { dtype: 'F32', shape: [places.length, ...shape], values: pixels },
    [`examples.${attack}`]: { dtype: 'I32', shape: [places.length], values: Int32Array.from(places) },
  };
}
