import { graphql } from '@entropic-lab/client';
import { lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';

const Drawable = graphql(`
  query Drawable { runs(filter: { status: [succeeded] }, first: 200) { edges { node { id number name dataset architecture artifacts { kind sha256 } } } } }
`);

export interface DrawableRun {
  readonly id: string;
  readonly number: number;
  readonly name: string | null;
  readonly dataset: string;
  readonly onnx: string;
  readonly images: string | undefined;
}

/** Runs whose networks see gray images of 28 by 28 pixels, and are kept as ONNX. */
export function useModels() {
  return useAnswer('drawable', async (signal) => {
    const [{ runs }, datasets] = await Promise.all([lab.ask(Drawable, {}, { signal }), lab.datasets()]);
    const fits = new Map(datasets.map(({ name, inputShape }) => [name, inputShape?.join() === '28,28,1']));
    return runs.edges.flatMap(({ node: { artifacts, ...run } }): DrawableRun[] => {
      const onnx = artifacts.findLast(({ kind }) => kind === 'onnx')?.sha256;
      return onnx === undefined || fits.get(run.dataset) !== true ? [] : [{ ...run, onnx, images: artifacts.findLast(({ kind }) => kind === 'images')?.sha256 }];
    });
  });
}
