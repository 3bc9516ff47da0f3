import { IconAlertTriangle, IconCheck, IconExclamationCircle, IconInfoCircle, type Icon } from '@tabler/icons-react';
import type { LabErrorRecord } from '@entropic-lab/protocol';
import type { ReactNode } from 'react';

type Kind = 'bad' | 'warn' | 'good' | 'info';
const icons: Readonly<Record<Kind, Icon>> = { bad: IconExclamationCircle, warn: IconAlertTriangle, good: IconCheck, info: IconInfoCircle };

export function Note({ kind, children, action }: { readonly kind: Kind; readonly children: ReactNode; readonly action?: ReactNode }) {
  const Mark = icons[kind];
  return (
    <div className={`note ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <Mark size={17} aria-hidden />
      <div className="body grow">{children}</div>
      {action}
    </div>
  );
}

/** An error in the lab's words, which say what to do. */
export function ErrorNote({ error, action }: { readonly error: Pick<LabErrorRecord, 'code' | 'message'>; readonly action?: ReactNode }) {
  return (
    <Note kind="bad" action={action}>
      {error.message} <span className="faint small">{error.code}</span>
    </Note>
  );
}

/** Nothing here: why, and what to do next. */
export function EmptyState({ title, children, action }: { readonly title: string; readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action === undefined ? null : <div className="row">{action}</div>}
    </div>
  );
}
