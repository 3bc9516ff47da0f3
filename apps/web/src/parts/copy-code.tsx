import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Text to take elsewhere. */
export function CopyCode({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div className="panel">
      <div className="inside">
        <div className="row" style={{ marginBottom: 8 }}>
          <span className="soft grow">{title}</span>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy} leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </div>
        <pre className="code" tabIndex={0}>{text}</pre>
      </div>
    </div>
  );
}
