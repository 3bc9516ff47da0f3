import { brief, LabError, type Options } from '@entropic-lab/protocol';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { suggestion } from './nearest.ts';

/** Whose options, and where they stand in the spec. */
export interface OptionsPlace {
  /** Name of the plugin, data set or architecture. */
  readonly owner: string;
  /** `evaluation.attacks.0.options`. */
  readonly path: string;
}

const ajv = new Ajv2020({ useDefaults: true, strict: false, validateFormats: false, allErrors: true, addUsedSchema: false, verbose: true });
const compiled = new Map<string, ValidateFunction>();

/** @throws Error where the schema is not one. */
export function compileSchema(schema: object): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const validate = ajv.compile(schema);
  // Every distinct schema of a worker's lifetime stays in memory; a bound keeps that small.
  if (compiled.size >= 500) compiled.clear();
  compiled.set(key, validate);
  return validate;
}

/**
 * The options with every default filled in.
 * @throws LabError INVALID_INPUT with the path of the option; a misspelt one gets the nearest name.
 */
export function completeOptions(schema: object, options: Options, place: OptionsPlace): Options {
  const complete = structuredClone(options);
  const validate = compileSchema(schema);
  if (validate(complete)) return complete;
  throw describe(worst(validate.errors ?? []), place);
}

/** Misspelt names first, for they explain what is missing; then the deepest place, which says most about a union. */
function worst(errors: readonly ErrorObject[]): ErrorObject {
  const rank = ({ keyword, instancePath }: ErrorObject) => (misspelt(keyword) ? 1000 : 0) + instancePath.split('/').length - (/^(anyOf|oneOf|if)$/.test(keyword) ? 0.5 : 0);
  return [...errors].sort((a, b) => rank(b) - rank(a))[0]!;
}

function misspelt(keyword: string): boolean {
  return keyword === 'additionalProperties' || keyword === 'unevaluatedProperties';
}

function describe(error: ErrorObject, { owner, path }: OptionsPlace): LabError {
  const within = error.instancePath.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (misspelt(error.keyword)) {
    const name = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty']);
    const at = [path, ...within, name].join('.');
    const names = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
    return new LabError('INVALID_INPUT', `[${owner}] expected a known option, got ${JSON.stringify(name)} (${at}).${suggestion(name, names)}`, { path: at });
  }
  const missing = error.keyword === 'required' ? [String(error.params['missingProperty'])] : [];
  const at = [path, ...within, ...missing].join('.');
  const what = [...within, ...missing].at(-1) ?? 'options';
  const got = missing.length > 0 ? 'nothing' : brief(error.data);
  return new LabError('INVALID_INPUT', `[${owner}] expected ${what} ${expected(error)}, got ${got} (${at}).`, { path: at });
}

const wording: Record<string, (params: Record<string, unknown>) => string> = {
  type: ({ type }) => `to be ${Array.isArray(type) ? type.join(' or ') : String(type)}`,
  enum: ({ allowedValues }) => `to be one of ${(allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`,
  const: ({ allowedValue }) => `to be ${JSON.stringify(allowedValue)}`,
  minimum: ({ limit }) => `>= ${String(limit)}`,
  maximum: ({ limit }) => `<= ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `> ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `< ${String(limit)}`,
  required: () => 'to be given',
};

function expected({ keyword, params, message }: ErrorObject): string {
  return wording[keyword]?.(params) ?? `${message ?? keyword}`.replace(/^must /, 'to ');
}
