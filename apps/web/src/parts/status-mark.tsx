import { IconCircleCheck, IconCircleDashed, IconCircleMinus, IconCircleX, IconLoader2, type Icon } from '@tabler/icons-react';
import type { RunStatus } from '@entropic-lab/protocol';

const marks: Readonly<Record<RunStatus, readonly [Icon, string]>> = {
  queued: [IconCircleDashed, 'Queued'],
  running: [IconLoader2, 'Running'],
  succeeded: [IconCircleCheck, 'Succeeded'],
  failed: [IconCircleX, 'Failed'],
  cancelled: [IconCircleMinus, 'Cancelled'],
};

/** Where a run stands, by shape and word as well as by color. */
export function StatusMark({ status, word = true }: { readonly status: RunStatus; readonly word?: boolean }) {
  const [Mark, name] = marks[status];
  return (
    <span className="status" data-status={status} {...(word ? {} : { 'data-hint': name })}>
      <Mark size={16} stroke={2} aria-hidden={word} {...(word ? {} : { role: 'img', 'aria-label': name })} />
      {word ? name : null}
    </span>
  );
}
