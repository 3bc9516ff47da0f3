import { medianMinimalPerturbation, minimalDistances, robustnessCurve, type CurvePoint, type Norm } from '@entropic-lab/protocol';
import type { PerExample } from '../../lab/operations/per-example.ts';

/** What all attacks in one norm together know of every image. */
export interface RobustnessByExample {
  readonly norm: Norm;
  /** Ends of the level pieces of the curve, in order. */
  readonly steps: readonly CurvePoint[];
  /** Of the images classified correctly; null where half of them or more withstood. */
  readonly median: number | null;
  readonly images: number;
}

/** A chart draws so many steps apart; more are thinned out, the first and the last stay. */
const most = 400;

/** A curve for each norm that was attacked, none where no attack found anything in it. */
export function robustnessByExample(attacks: readonly { readonly plugin: string; readonly norm: Norm }[], perExample: readonly PerExample[]): RobustnessByExample[] {
  return [...new Set(attacks.map(({ norm }) => norm))].flatMap((norm) => {
    const known = minimalDistances(attacks.flatMap((attack, at) => (attack.norm === norm && perExample[at] !== undefined ? [{ ...attack, perExample: perExample[at] }] : [])));
    const curve = robustnessCurve(known);
    return curve.length < 2 ? [] : [{ norm, steps: stepped(curve), median: medianMinimalPerturbation(known), images: known.distances.length }];
  });
}

/** Robust accuracy falls at a distance and is level between two: without the point before each fall a chart would draw a slope. */
function stepped(curve: readonly CurvePoint[]): CurvePoint[] {
  const every = Math.ceil(curve.length / most);
  const kept = curve.filter((_, at) => at % every === 0 || at === curve.length - 1);
  return kept.flatMap((point, at) => (at === 0 ? [point] : [{ epsilon: point.epsilon * (1 - 1e-9), robustAccuracy: kept[at - 1]!.robustAccuracy }, point]));
}
