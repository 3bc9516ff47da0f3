import { lab } from '../../lab/lab.ts';
import { PerExampleAfter, type PerExample } from '../../lab/operations/per-example.ts';
import { readArrays } from '../../lab/safetensors.ts';
import { useAnswer, type Answer } from '../../lab/use-answer.ts';

export interface Twin {
  /** Place in the set. */
  readonly example: number;
  readonly image: Float32Array;
  readonly adversarial: Float32Array;
}

export interface GalleryImages {
  /** Height, width, channels. */
  readonly shape: readonly number[];
  /** For each attack of the spec, what it proposed for the first images. */
  readonly twins: readonly (readonly Twin[])[];
}

/** The kept images of a run; undefined where it kept none. */
export function useGallery(sha256: string | undefined, attacks: number): Answer<GalleryImages | undefined> {
  return useAnswer(`images ${sha256}`, async (signal) => {
    if (sha256 === undefined) return undefined;
    const arrays = readArrays(await lab.artifacts.download(sha256, { signal }));
    const images = arrays.get('images')!;
    const shape = images.shape.slice(1);
    const size = shape.reduce((product, side) => product * side, 1);
    const one = (all: Float32Array | Int32Array, row: number) => all.slice(row * size, (row + 1) * size) as Float32Array;
    const twins = Array.from({ length: attacks }, (_, attack): Twin[] => {
      const adversarial = arrays.get(`adversarial.${attack}`);
      const examples = arrays.get(`examples.${attack}`);
      return adversarial === undefined || examples === undefined ? [] : Array.from(examples.values, (example, row) => ({ example, image: one(images.values, example), adversarial: one(adversarial.values, row) }));
    });
    return { shape, twins };
  });
}

/** What became of every example, attack by attack. It is much, so it is asked for only where it is shown. */
export function usePerExample(runId: string, evaluatedSeq: number | undefined): Answer<readonly PerExample[] | undefined> {
  return useAnswer(`examples ${runId} ${evaluatedSeq}`, async (signal) => {
    if (evaluatedSeq === undefined) return undefined;
    for await (const { runEvents } of lab.watch(PerExampleAfter, () => ({ runId, after: evaluatedSeq - 1 }), { signal })) {
      if ('evaluation' in runEvents) return runEvents.evaluation.attacks.map(({ perExample }) => perExample);
    }
    return undefined;
  });
}
