import { describe, expect, it } from 'vitest';
import { bar, StatusLine } from './status-line.ts';

/** A screen that understands what a status line writes: text, new lines, return and clearing a line. */
function screen(isTTY: boolean) {
  const lines = [''];
  const write = (text: string): boolean => {
    for (const part of text.split(/(\n|\r\u001b\[2K)/)) {
      if (part === '\n') lines.push('');
      else if (part === '\r\u001b[2K') lines[lines.length - 1] = '';
      else lines[lines.length - 1] += part;
    }
    return true;
  };
  return { lines, out: { isTTY, columns: 20, write } as unknown as NodeJS.WriteStream };
}

describe('a status line', () => {
  it('stays last while lines are printed above it, is cut to the width, and goes away', () => {
    const { lines, out } = screen(true);
    const status = new StatusLine(out);
    status.print('first');
    status.set('a'.repeat(30));
    status.print('second');
    expect(lines).toEqual(['first', 'second', 'a'.repeat(19)]);
    status.set('');
    expect(lines).toEqual(['first', 'second', '']);
  });

  it('writes nothing but lines where there is no terminal', () => {
    const { lines, out } = screen(false);
    const status = new StatusLine(out);
    status.set('busy');
    status.print('line');
    expect(lines).toEqual(['line', '']);
  });
});

describe('bar', () => {
  it.each([[0, '[----]'], [0.5, '[##--]'], [1, '[####]'], [7, '[####]'], [-1, '[----]']])('shows %d as %s', (share, text) => {
    expect(bar(share, 4)).toBe(text);
  });
});
