import { TextInput } from '@mantine/core';
import { number } from '../../design/format.ts';
import type { Json, Path } from './draft.ts';
import { ChoiceField, NumberField, SwitchField, TextField } from './fields.tsx';
import { fieldId, useField } from './form.tsx';

/** The part of JSON Schema (2020-12) that option schemas use. */
export interface OptionSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly unit?: string;
}

export function optionSchemas(schema: unknown): readonly (readonly [string, OptionSchema])[] {
  const { properties } = (schema ?? {}) as { properties?: Record<string, OptionSchema> };
  return Object.entries(properties ?? {});
}

interface SchemaFieldsProps {
  /** JSON Schema of the options, as its owner published it. */
  readonly schema: unknown;
  readonly path: Path;
  /** What holds instead of the schema's defaults: of the norm, of a chosen preset. */
  readonly defaults?: Readonly<Record<string, Json | undefined>>;
}

/** One field an option: a plugin that nobody here has heard of gets its form from what it says of itself. */
export function SchemaFields({ schema, path, defaults = {} }: SchemaFieldsProps) {
  const options = optionSchemas(schema);
  if (options.length === 0) return <p className="faint">It has no options.</p>;
  return (
    <div className="fields">
      {options.map(([name, option]) => (
        <OptionField key={name} name={name} option={option} path={`${path}.${name}`} fallback={defaults[name] ?? option.default} />
      ))}
    </div>
  );
}

interface OptionFieldProps {
  readonly name: string;
  readonly option: OptionSchema;
  readonly path: Path;
  readonly fallback: Json | undefined;
}

function OptionField({ name, option, path, fallback }: OptionFieldProps) {
  const unit = option.unit === undefined ? '' : ` (${option.unit})`;
  const props = { path, label: `${option.title ?? name}${unit}`, help: [option.description, rangeOf(option)].filter((part) => part !== undefined).join(' ') || undefined };
  if (option.enum !== undefined && option.enum.every((entry) => typeof entry === 'string')) return <ChoiceField {...props} choices={option.enum} fallback={defaultText(fallback)} clearable />;
  if (option.type === 'number' || option.type === 'integer') return <NumberField {...props} fallback={defaultText(fallback)} />;
  if (option.type === 'boolean') return <SwitchField {...props} fallback={String(fallback)} />;
  if (option.type === 'string') return <TextField {...props} fallback={defaultText(fallback)} />;
  return <JsonField {...props} fallback={fallback} />;
}

/** For what has no field of its own: a list, or one of several types. */
function JsonField({ path, label, help, fallback }: { readonly path: Path; readonly label: string; readonly help: string | undefined; readonly fallback: Json | undefined }) {
  const { value, error, set } = useField(path);
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return <TextInput id={fieldId(path)} label={label} description={help} inputWrapperOrder={['label', 'input', 'error', 'description']} value={text} onChange={(event) => set(readJson(event.currentTarget.value))} placeholder={defaultText(fallback)} error={error} />;
}

function readJson(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function defaultText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' ? number(value, 4) : typeof value === 'string' ? value : JSON.stringify(value);
}

const largest = Number.MAX_SAFE_INTEGER;

export function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, type }: OptionSchema): string | undefined {
  const low = minimum === undefined ? (exclusiveMinimum === undefined ? undefined : `above ${exclusiveMinimum}`) : `from ${minimum}`;
  const high = maximum === undefined || maximum === largest ? (exclusiveMaximum === undefined ? undefined : `below ${exclusiveMaximum}`) : `to ${maximum}`;
  if (low === undefined && high === undefined) return undefined;
  return `${type === 'integer' ? 'Whole number ' : 'Number '}${[low, high].filter((part) => part !== undefined).join(' ')}.`;
}
