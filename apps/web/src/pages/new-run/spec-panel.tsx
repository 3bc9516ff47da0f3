import { Button, CopyButton, SegmentedControl } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import type { Json } from './draft.ts';
import { mutationText } from './mutation-text.ts';

/** The request as a program would write it. */
export function SpecPanel({ spec }: { readonly spec: Json }) {
  const [form, setForm] = useState('json');
  const text = form === 'json' ? JSON.stringify(spec, null, 2) : mutationText(spec);
  return (
    <div className="panel">
      <div className="inside">
        <div className="row">
          <SegmentedControl size="xs" value={form} onChange={setForm} data={[{ value: 'json', label: 'JSON' }, { value: 'graphql', label: 'GraphQL' }]} aria-label="Show the request as" />
          <span className="grow" />
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy} leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}>{copied ? 'Copied' : 'Copy'}</Button>
            )}
          </CopyButton>
        </div>
        <pre className="code" tabIndex={0} aria-label="The request">{text}</pre>
      </div>
    </div>
  );
}
