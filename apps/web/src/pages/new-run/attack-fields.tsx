import { ActionIcon, Collapse, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconTrash } from '@tabler/icons-react';
import type { Plugin } from '@entropic-lab/client';
import { useState } from 'react';
import { normSigns } from '../../design/format.ts';
import { AttackSwatch } from '../../parts/attack-name.tsx';
import { Cited } from '../../parts/cited.tsx';
import { at, type Json, type Path } from './draft.ts';
import { ChoiceField, NumberField } from './fields.tsx';
import { useForm } from './form.tsx';
import { optionSchemas, SchemaFields } from './schema-fields.tsx';

interface AttackFieldsProps {
  readonly path: Path;
  readonly attacks: readonly Plugin[];
  onRemove?(): void;
}

/** An attack, its threat model, and its options behind a line that says how many are set. */
export function AttackFields({ path, attacks, onRemove }: AttackFieldsProps) {
  const { draft, set, error } = useForm();
  const name = at(draft, `${path}.plugin`);
  const plugin = attacks.find((one) => one.name === name);
  const options = Object.keys((at(draft, `${path}.options`) ?? {}) as object);
  const [asked, setOpen] = useState(false);
  // An error inside has to be seen.
  const open = asked || (error?.path?.startsWith(`${path}.options`) ?? false);
  const choose = (chosen: string | undefined) => {
    const norms = attacks.find((one) => one.name === chosen)?.norms ?? [];
    const norm = at(draft, `${path}.norm`) ?? 'linf';
    set(path, { plugin: chosen, epsilon: at(draft, `${path}.epsilon`), norm: norms.includes(norm as never) ? norm : norms[0] });
  };
  return (
    <div className="attack-fields">
      <div className="attack-line">
        <span className="swatch">{typeof name === 'string' ? <AttackSwatch plugin={name} /> : null}</span>
        <ChoiceField path={`${path}.plugin`} label="Attack" choices={attacks.map((one) => ({ value: one.name, label: one.title }))} onChoose={choose} searchable />
        <ChoiceField path={`${path}.norm`} label="Norm" fallback="L∞" choices={(plugin?.norms ?? []).map((norm) => ({ value: norm, label: normSigns[norm]! }))} />
        <NumberField path={`${path}.epsilon`} label="Epsilon" />
        <ChoiceField path={`${path}.preset`} label="Options" fallback="defaults" choices={Object.keys((plugin?.presets ?? {}) as object)} clearable />
        {onRemove === undefined ? null : (
          <ActionIcon variant="subtle" color="gray" onClick={onRemove} aria-label={`Remove ${typeof name === 'string' ? name : 'this attack'}`} data-hint="Remove this attack">
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </div>
      {plugin === undefined ? null : (
        <>
          <UnstyledButton className="more-line" onClick={() => setOpen(!open)} aria-expanded={open}>
            {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
            {options.length === 0 ? `${optionSchemas(plugin.optionsSchema).length} options, as ${presetName(at(draft, `${path}.preset`))}` : `${options.length} set: ${options.join(', ')}`}
          </UnstyledButton>
          <Collapse expanded={open}>
            <p className="faint small summary">{plugin.summary}</p>
            <Cited citation={plugin.citation} />
            <SchemaFields schema={plugin.optionsSchema} path={`${path}.options`} defaults={defaultsOf(plugin, at(draft, `${path}.norm`), at(draft, `${path}.preset`))} />
          </Collapse>
        </>
      )}
    </div>
  );
}

function presetName(preset: Json | undefined): string {
  return typeof preset === 'string' ? `${preset} has them` : 'by default';
}

/** As the lab resolves them: defaults of the norm, then those of the preset. */
function defaultsOf({ normDefaults, presets }: Plugin, norm: Json | undefined, preset: Json | undefined): Record<string, Json> {
  const byNorm = (normDefaults ?? {}) as Record<string, Record<string, Json>>;
  const byPreset = (presets ?? {}) as Record<string, Record<string, Json>>;
  return { ...byNorm[typeof norm === 'string' ? norm : 'linf'], ...(typeof preset === 'string' ? byPreset[preset] : {}) };
}
