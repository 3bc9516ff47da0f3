import { LabError } from '@entropic-lab/protocol';
import type { Params } from './network.ts';

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** @throws LabError BAD_WEIGHTS that lists every name and shape in which `params` differ from those of the network. */
export function checkParams(params: Params | Readonly<Record<string, { readonly shape: readonly number[] }>>, shapes: Shapes, network: string): void {
  const problems = [
    ...Object.keys(shapes).filter((name) => !Object.hasOwn(params, name)).map((name) => `${name} is missing`),
    ...Object.keys(params).filter((name) => !Object.hasOwn(shapes, name)).map((name) => `${name} is not known`),
    ...Object.entries(params).filter(([name, { shape }]) => Object.hasOwn(shapes, name) && shape.join() !== shapes[name]!.join())
      .map(([name, { shape }]) => `${name} has shape [${shape.join(', ')}] instead of [${shapes[name]!.join(', ')}]`),
  ];
  if (problems.length === 0) return;
  const shown = problems.length > 4 ? [...problems.slice(0, 4), `and ${problems.length - 4} more`] : problems;
  throw new LabError('BAD_WEIGHTS', `[models] expected the weights of ${network}, got others: ${shown.join('; ')}. Use the architecture and options they were saved with.`);
}
