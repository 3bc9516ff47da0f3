import { UnstyledButton } from '@mantine/core';
import { at, type Draft } from './draft.ts';
import { useForm } from './form.tsx';
import { presets } from './presets.ts';
import { Section } from './section.tsx';

/** The paper's settings, and a short run to begin with; choosing one fills the whole form. */
export function PresetChoice() {
  const { draft, set } = useForm();
  const choose = (spec: Draft) => {
    for (const key of ['name', 'seed', 'dataset', 'model', 'training', 'evaluation']) set(key, spec[key]);
  };
  return (
    <Section title="Begin with">
      <div className="presets">
        {presets.map(({ key, title, summary, spec, needsRun }) => (
          <UnstyledButton key={key} aria-pressed={at(draft, 'name') === spec.name} onClick={() => choose(spec as unknown as Draft)}>
            <b>{title}</b>
            <span>{summary}{needsRun === true ? ' Choose the weights below.' : ''}</span>
          </UnstyledButton>
        ))}
      </div>
    </Section>
  );
}
