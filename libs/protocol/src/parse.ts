import type { z } from 'zod';
import { LabError } from './errors.ts';

/** Faults told after the first: whoever made more will ask again. */
const mostTold = 5;

/**
 * `value` as `schema` describes it, with defaults filled in.
 * @throws LabError INVALID_INPUT that names `who` and the path of the first field at fault, and lists the others.
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown, who: string): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [first, ...others] = result.error.issues.map(describeIssue);
  const further = others.slice(0, mostTold).map((issue) => `${issue.text} (${issue.path})`).join('; ');
  const left = others.length - mostTold;
  const also = others.length === 0 ? '' : ` Also: ${further}${left > 0 ? `; and ${left} more` : ''}.`;
  throw new LabError('INVALID_INPUT', `[${who}] ${first!.text} (${first!.path}).${also}`, { path: first!.path });
}

interface DescribedIssue {
  readonly path: string;
  readonly text: string;
}

function describeIssue(issue: z.core.$ZodIssue): DescribedIssue {
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return { path: [...at, issue.keys[0]!].join('.'), text: `unknown field${issue.keys.length > 1 ? 's' : ''} ${issue.keys.join(', ')}` };
  }
  const came = issue.input === undefined ? 'nothing' : brief(issue.input);
  const text = issue.message.replace(/^(Invalid input|Too small|Too big): /, '').replace(/, received .*$/, '');
  return { path: at.join('.') || 'input', text: `${lowerFirst(text)}, got ${came}` };
}

/** A value in at most 60 characters, for messages. */
export function brief(value: unknown): string {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
