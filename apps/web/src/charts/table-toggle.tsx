import { IconTable } from '@tabler/icons-react';

/** Between a chart and the numbers behind it. */
export function TableToggle({ shown, title, onChange }: { readonly shown: boolean; readonly title: string; onChange(shown: boolean): void }) {
  return (
    <button type="button" className="as-table" aria-pressed={shown} aria-label={`${title}, as a table`} data-hint={shown ? 'Draw it' : 'As a table of numbers'} onClick={() => onChange(!shown)}>
      <IconTable size={15} aria-hidden />
    </button>
  );
}
