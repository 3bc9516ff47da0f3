import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Path } from './draft.ts';
import { fieldId, useField } from './form.tsx';

interface FieldProps {
  readonly path: Path;
  readonly label: ReactNode;
  readonly help?: string | undefined;
  /** What holds where nothing is entered. */
  readonly fallback?: string | undefined;
}

const common = ({ path, label, help }: FieldProps) => ({ id: fieldId(path), label, ...(help === undefined ? {} : { description: help }), size: 'sm' as const, inputWrapperOrder: ['label', 'input', 'error', 'description'] satisfies InputWrapperOrder });

type InputWrapperOrder = ('label' | 'input' | 'description' | 'error')[];

export function NumberField({ fallback, step, ...props }: FieldProps & { readonly step?: number }) {
  const { value, error, set } = useField(props.path);
  return (
    <NumberInput
      {...common(props)}
      value={typeof value === 'number' || typeof value === 'string' ? value : ''}
      onChange={(entered) => set(entered === '' ? undefined : entered)}
      placeholder={fallback ?? ''}
      error={error}
      // What is out of range is told, not changed behind one's back.
      clampBehavior="none"
      decimalScale={12}
      thousandSeparator=","
      hideControls
      {...(step === undefined ? {} : { step })}
    />
  );
}

export function TextField({ fallback, ...props }: FieldProps) {
  const { value, error, set } = useField(props.path);
  return <TextInput {...common(props)} value={typeof value === 'string' ? value : ''} onChange={(event) => set(event.currentTarget.value === '' ? undefined : event.currentTarget.value)} placeholder={fallback ?? ''} error={error} />;
}

export type Choice = string | { readonly value: string; readonly label: string };

export function ChoiceField({ fallback, choices, clearable = false, onChoose, searchable = false, ...props }: FieldProps & { readonly choices: readonly Choice[]; readonly clearable?: boolean; readonly searchable?: boolean; readonly onChoose?: (value: string | undefined) => void }) {
  const { value, error, set } = useField(props.path);
  return (
    <Select
      {...common(props)}
      data={[...choices]}
      value={typeof value === 'string' ? value : null}
      onChange={(chosen) => (onChoose ?? set)(chosen ?? undefined)}
      placeholder={fallback ?? ''}
      error={error}
      clearable={clearable}
      searchable={searchable}
      allowDeselect={false}
      comboboxProps={{ shadow: 'md' }}
    />
  );
}

export function SwitchField({ fallback, ...props }: FieldProps) {
  const { value, error, set } = useField(props.path);
  const { inputWrapperOrder: _, ...own } = common(props);
  return <Switch {...own} checked={value === undefined ? fallback === 'true' : value === true} onChange={(event) => set(event.currentTarget.checked)} error={error} />;
}
