import type { RunEvent } from '@entropic-lab/protocol';
import type { ExecutionArgs } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../limits/query-limits.ts';
import { schema } from '../schema/index.ts';
import { renderer } from './rendering.ts';

const event: RunEvent = { runId: 'one', seq: 7, attempt: 1, time: '2026-01-02T03:04:05.678Z', body: { type: 'log', level: 'info', message: 'said' } };
const document = 'subscription ($runId: ID!, $after: Int, $long: Boolean = false) { runEvents(runId: $runId, after: $after) { seq type @include(if: $long) } }';

const asking = (text: string, variableValues: Record<string, unknown>): ExecutionArgs => ({ schema, document: readDocument(text), variableValues, contextValue: {} });
const render = (args: ExecutionArgs) => renderer(args, () => ({ message: 'formatted' }));

describe('answers to many readers of one event', () => {
  it('are made once for all who ask the same, wherever they began to read', () => {
    let looked = 0;
    const watched: RunEvent = { ...event, get seq() { return (looked += 1); } };
    const answers = [0, 3, 6].map((after) => render(asking(document, { runId: 'one', after }))(watched));
    expect(answers.map(String)).toEqual(Array.from({ length: 3 }, () => '{"data":{"runEvents":{"seq":1}}}'));
    expect(looked).toBe(1);
  });

  it('differ where the questions do: in the text, and in a variable that decides what is told', () => {
    const short = render(asking(document, { runId: 'one', long: false }))(event);
    const long = render(asking(document, { runId: 'one', long: true }))(event);
    const other = render(asking('subscription { runEvents(runId: "one") { attempt } }', {}))(event);
    expect([short, long, other].map(String)).toEqual(['{"data":{"runEvents":{"seq":7}}}', '{"data":{"runEvents":{"seq":7,"type":"log"}}}', '{"data":{"runEvents":{"attempt":1}}}']);
  });

  it('hold errors in the form that callers know', () => {
    const broken = { ...event, time: 'no time' };
    expect(JSON.parse(String(render(asking('subscription { runEvents(runId: "one") { time } }', {}))(broken)))).toEqual({ data: null, errors: [{ message: 'formatted' }] });
  });
});
