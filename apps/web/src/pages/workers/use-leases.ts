import { graphql } from '@entropic-lab/client';
import { useEffect } from 'react';
import { lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';

const Leases = graphql('query Leases { runs(filter: { status: [running], archived: all }, first: 200) { edges { node { id attempt leaseSecondsLeft } } } }');
/** Every sign of life renews a lease, and none of that is told: so it is asked for. */
const askEveryMs = 3000;

export interface HeldLease {
  readonly attempt: number;
  /** Until the run is taken from its worker. */
  readonly secondsLeft: number;
}

/** The leases of runs that are computed, by run. */
export function useLeases(): ReadonlyMap<string, HeldLease> {
  const { value, again } = useAnswer('leases', (signal) => lab.ask(Leases, {}, { signal }));
  useEffect(() => {
    const timer = setInterval(again, askEveryMs);
    return () => clearInterval(timer);
  }, [again]);
  return new Map((value?.runs.edges ?? []).flatMap(({ node }) => (node.leaseSecondsLeft === null ? [] : [[node.id, { attempt: node.attempt, secondsLeft: node.leaseSecondsLeft }] as const])));
}
