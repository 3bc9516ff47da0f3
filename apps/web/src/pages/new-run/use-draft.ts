import { LabError } from '@entropic-lab/protocol';
import { useEffect, useState } from 'react';
import { lab } from '../../lab/lab.ts';
import { readRunRow, RunRowById, type RunRow } from '../../lab/operations/run-row.ts';
import type { Draft } from './draft.ts';
import { presets } from './presets.ts';

const key = 'entropic-draft';

/** The request being written; it outlives a reload. The address may say what to begin with: `?from=`, `?evaluate=`. */
export function useDraft(params: URLSearchParams) {
  const [draft, setDraft] = useState<Draft>(remembered);
  const [note, setNote] = useState<string>();
  const [problem, setProblem] = useState<LabError>();
  const from = params.get('from');
  const evaluate = params.get('evaluate');
  const attack = params.get('attack');
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(draft)), [draft]);
  useEffect(() => {
    const id = from ?? evaluate;
    if (id === null) return;
    const leaving = new AbortController();
    lab.ask(RunRowById, { id }, { signal: leaving.signal }).then(({ run }) => {
      if (leaving.signal.aborted) return;
      if (run === null) return setProblem(new LabError('UNKNOWN_RUN', `[studio] expected the id of a run to begin with, got ${id}. Choose a preset instead.`));
      const known = readRunRow(run);
      setDraft(evaluate === null ? (known.spec as unknown as Draft) : evaluationOf(known));
      setNote(evaluate === null ? `A copy of run ${known.number}: change what is to differ.` : `Attacks the final network of run ${known.number} as it is.`);
    }, (thrown: unknown) => void (leaving.signal.aborted || setProblem(LabError.from(thrown))));
    return () => leaving.abort();
  }, [from, evaluate]);
  useEffect(() => {
    if (attack !== null) setDraft((before) => ({ ...before, evaluation: { ...((before['evaluation'] as object | undefined) ?? {}), attacks: [{ plugin: attack, epsilon: 0.3 }] } }) as Draft);
  }, [attack]);
  return { draft, setDraft, note, problem };
}

function remembered(): Draft {
  const saved = sessionStorage.getItem(key);
  return saved === null ? (presets[0]!.spec as unknown as Draft) : (JSON.parse(saved) as Draft);
}

function evaluationOf({ id, number, name, spec }: RunRow): Draft {
  const attacks = spec.evaluation.attacks.length > 0 ? spec.evaluation.attacks : [{ plugin: 'fgsm', epsilon: 0.3 }, { plugin: 'pgd', epsilon: 0.3 }];
  const { everyEpochs: _, ...evaluation } = spec.evaluation;
  return { name: `attacks on ${name ?? `run ${number}`}`, seed: spec.seed, dataset: spec.dataset, model: { ...spec.model, fromRun: id }, evaluation: { ...evaluation, attacks } } as unknown as Draft;
}
