import { useEffect } from 'react';

export interface Key {
  /** One key, or two one after the other: `g r`. */
  readonly press: string;
  readonly what: string;
  /** Where it leads; the others are told to the caller. */
  readonly path?: string;
}

export const keys: readonly Key[] = [
  { press: '?', what: 'This help' },
  { press: 'h', what: 'Numbers become stops of Tab, each with its unit and what it is out of; again: no more' },
  { press: '/', what: 'Search, in the list of runs' },
  { press: 'n', what: 'New run', path: '/new' },
  { press: 'g r', what: 'Runs', path: '/' },
  { press: 'g s', what: 'Studies', path: '/studies' },
  { press: 'g k', what: 'Schedules', path: '/schedules' },
  { press: 'g c', what: 'Compare', path: '/compare' },
  { press: 'g d', what: 'Draw a digit', path: '/draw' },
  { press: 'g p', what: 'Plugins', path: '/plugins' },
  { press: 'g w', what: 'Workers', path: '/workers' },
  { press: 'g a', what: 'API', path: '/api' },
];

/** Listens to the keys above, but not while somebody writes. */
export function useKeys({ go, help, explain }: { go(path: string): void; help(): void; explain(): void }): void {
  useEffect(() => {
    let before = '';
    const press = (event: KeyboardEvent) => {
      const at = event.target instanceof HTMLElement ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || at?.closest('input, textarea, select, [contenteditable], [role="dialog"]') != null) return;
      const found = keys.find(({ press: wanted }) => wanted === `${before} ${event.key}`.trim() || (before === '' && wanted === event.key));
      before = before === '' && event.key === 'g' ? 'g' : '';
      if (found?.path !== undefined) go(found.path);
      else if (found?.press === '?') help();
      else if (found?.press === 'h') explain();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [go, help, explain]);
}
