import { Switch } from '@mantine/core';
import { normSigns } from '../../design/format.ts';
import { at } from './draft.ts';
import { ChoiceField, NumberField } from './fields.tsx';
import { useForm } from './form.tsx';

const batteries = [{ value: 'quick', label: 'Quick' }, { value: 'standard', label: 'Standard' }, { value: 'thorough', label: 'Thorough' }];
const norms = Object.entries(normSigns).map(([value, label]) => ({ value, label }));

/** Whether the robustness that the attacks leave is real: a verdict with the evidence for it. */
export function AuditFields() {
  const { draft, set } = useForm();
  const audits = at(draft, 'evaluation.audit') !== undefined;
  const epsilon = at(draft, 'evaluation.attacks.0.epsilon') ?? 0.3;
  return (
    <div className="inset">
      <Switch size="sm" label="Audit" description="Is the robustness real? A battery of attacks and checks on the final network ends in a verdict: reliable, suspect, masked or broken." checked={audits} onChange={() => set('evaluation.audit', audits ? undefined : { epsilon, battery: 'quick' })} />
      {audits ? (
        <div className="fields">
          <NumberField path="evaluation.audit.epsilon" label="Audited epsilon" help="In units of the pixels." />
          <ChoiceField path="evaluation.audit.norm" label="Audited norm" fallback="L∞" choices={norms} />
          <ChoiceField path="evaluation.audit.battery" label="Battery" fallback="Standard" choices={batteries} help="How much work; the quick one takes tens of images." />
          <NumberField path="evaluation.audit.examples" label="Images audited" fallback="as many as attacked" help="The first so many." />
          <NumberField path="evaluation.audit.limits.seconds" label="Audit's time limit" fallback="none" help="Seconds; lines that do not fit do not run, and the verdict says so." />
        </div>
      ) : null}
    </div>
  );
}
