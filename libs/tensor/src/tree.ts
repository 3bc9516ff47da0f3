import { Tensor } from '@tensorflow/tfjs-core';

/** Tensors, or arrays and plain records of them, to any depth: what a {@link TensorFn} takes and returns. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** The tensors of a tree in a fixed order: array order, and record keys sorted by code unit. */
export function leaves(tree: TensorTree): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  return children(tree).flatMap(([, child]) => leaves(child));
}

/** The path of each leaf, in the order of {@link leaves}: `params.conv2d_1/kernel`, `0.x`. */
export function leafPaths(tree: TensorTree, prefix = ''): string[] {
  if (tree instanceof Tensor) return [prefix];
  return children(tree).flatMap(([key, child]) => leafPaths(child, prefix === '' ? key : `${prefix}.${key}`));
}

/** A tree of the same form with each leaf replaced, in the order of {@link leaves}. */
export function mapTree<T extends TensorTree>(tree: T, replace: (leaf: Tensor, path: string) => Tensor): T {
  return walk(tree, '', replace) as T;
}

/** A tree of the form of `form` whose leaves are `values`, in the order of {@link leaves}. */
export function unflatten<T extends TensorTree>(form: T, values: readonly Tensor[]): T {
  let next = 0;
  return mapTree(form, () => values[next++]!);
}

function walk(tree: TensorTree, path: string, replace: (leaf: Tensor, path: string) => Tensor): TensorTree {
  if (tree instanceof Tensor) return replace(tree, path);
  const entries = children(tree).map(([key, child]) => [key, walk(child, path === '' ? key : `${path}.${key}`, replace)] as const);
  return Array.isArray(tree) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

function children(tree: Exclude<TensorTree, Tensor>): [string, TensorTree][] {
  const entries = Object.entries(tree) as [string, TensorTree][];
  return Array.isArray(tree) ? entries : entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
