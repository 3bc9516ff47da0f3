import { Button } from '@mantine/core';
import { LabError, type LabErrorRecord } from '@entropic-lab/protocol';
import { useEffect, useMemo, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { lab } from '../../lab/lab.ts';
import { useCatalogue } from '../../lab/use-catalogue.ts';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { CreateSchedule } from '../schedules/operations.ts';
import { ByTheClock, type When } from './by-the-clock.tsx';
import { cleaned, problemOf, withAt, type Draft, type Json, type Path } from './draft.ts';
import { fieldId, FormContext, type Form } from './form.tsx';
import './new-run.css';
import { PresetChoice } from './preset-choice.tsx';
import { AttackSection, NetworkSection, RunSection, TrainingSection } from './sections.tsx';
import { SpecPanel } from './spec-panel.tsx';
import { useDraft } from './use-draft.ts';

/** A request, written field by field, seen as JSON and as the mutation that asks for the same. */
export default function NewRunPage() {
  const [params] = useSearchParams();
  const catalogue = useCatalogue();
  const { draft, setDraft, note, problem } = useDraft(params);
  const [error, setError] = useState<LabErrorRecord>();
  const [asking, setAsking] = useState(false);
  const [, go] = useLocation();
  useEffect(() => void (document.title = 'New run · Entropic Lab'), []);
  const form = useMemo<Form>(
    () => ({
      draft,
      error,
      set(path: Path, value: Json | undefined) {
        setError((before) => (before?.path?.startsWith(path) === true ? undefined : before));
        setDraft((before) => withAt(before, path, value) as Draft);
      },
    }),
    [draft, error, setDraft],
  );
  const send = async (ask: (spec: never) => Promise<string>) => {
    setAsking(true);
    setError(undefined);
    try {
      const found = problemOf(draft);
      if (found !== undefined) throw found;
      go(await ask(cleaned(draft) as never));
    } catch (thrown) {
      const refused = LabError.from(thrown).toJSON();
      setError(refused);
      requestAnimationFrame(() => refused.path !== undefined && document.getElementById(fieldId(refused.path))?.focus());
    }
    setAsking(false);
  };
  const start = () => send(async (spec) => `/runs/${(await lab.startRun(spec)).id}`);
  const schedule = (when: When) => send(async (input) => {
    const { name } = draft;
    await lab.ask(CreateSchedule, { ...when, name: typeof name === 'string' ? name : null, input });
    return '/schedules';
  });
  if (catalogue.error !== undefined) return <div className="page"><ErrorNote error={catalogue.error} action={<Button size="compact-xs" variant="default" onClick={catalogue.again}>Try again</Button>} /></div>;
  if (catalogue.value === undefined) return <div className="loading">Asking what the workers offer…</div>;
  if (catalogue.value.datasets.length === 0) return <NoWorker again={catalogue.again} />;
  return (
    <FormContext value={form}>
      <div className="page">
        <div className="title"><h1>New run</h1>{note === undefined ? null : <p>{note}</p>}</div>
        {problem === undefined ? null : <ErrorNote error={problem} />}
        <form
          className="new-run"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <div className="form-column">
            <PresetChoice />
            <NetworkSection offered={catalogue.value} />
            <TrainingSection offered={catalogue.value} />
            <AttackSection offered={catalogue.value} />
            <RunSection />
          </div>
          <div className="spec-column">
            <Button type="submit" size="sm" loading={asking} fullWidth>Start the run</Button>
            {error === undefined ? null : <ErrorNote error={error} />}
            <ByTheClock error={error} asking={asking} schedule={(when) => void schedule(when)} />
            <SpecPanel spec={cleaned(draft) as Json} />
          </div>
        </form>
      </div>
    </FormContext>
  );
}

function NoWorker({ again }: { readonly again: () => void }) {
  return (
    <EmptyState title="No worker has come yet" action={<Button variant="default" onClick={again}>Look again</Button>}>
      Data sets, networks and attacks are offered by workers, and none has registered with this lab. <code>npm start</code> brings one along; one of its own joins a lab that runs already.
    </EmptyState>
  );
}
