import { Button, Collapse, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { LabErrorRecord } from '@entropic-lab/protocol';
import { useState } from 'react';

export interface When {
  readonly cron: string;
  readonly timeZone: string;
}

export interface ByTheClockProps {
  readonly error: LabErrorRecord | undefined;
  readonly asking: boolean;
  schedule(when: When): void;
}

const examples = [['0 3 * * *', 'every night at three'], ['0 8 * * 1', 'Mondays at eight'], ['*/30 * * * *', 'every half an hour']] as const;

/** The same request again and again, instead of once and now. */
export function ByTheClock({ error, asking, schedule }: ByTheClockProps) {
  const [asked, setOpen] = useState(false);
  const [when, setWhen] = useState<When>({ cron: '0 3 * * *', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const at = (path: keyof When) => (error?.path === path ? error.message : undefined);
  const open = asked || at('cron') !== undefined || at('timeZone') !== undefined;
  return (
    <div>
      <UnstyledButton className="more-line" onClick={() => setOpen(!open)} aria-expanded={open}>
        {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />} By the clock
      </UnstyledButton>
      <Collapse expanded={open}>
        <div className="stack">
          <TextInput size="sm" label="When" id="field-cron" value={when.cron} onChange={(event) => setWhen({ ...when, cron: event.currentTarget.value })} error={at('cron')} inputWrapperOrder={['label', 'input', 'error', 'description']} description={`Minute, hour, day of month, month, day of week. ${examples.map(([cron, words]) => `${cron}: ${words}`).join('; ')}.`} />
          <TextInput size="sm" label="Time zone" id="field-timeZone" value={when.timeZone} onChange={(event) => setWhen({ ...when, timeZone: event.currentTarget.value })} error={at('timeZone')} />
          <Button size="xs" variant="default" loading={asking} onClick={() => schedule(when)}>Start it by the clock</Button>
        </div>
      </Collapse>
    </div>
  );
}
