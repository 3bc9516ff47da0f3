import { Modal } from '@mantine/core';
import { keys } from './keys.ts';

/** What the keyboard does, and how to read the pages. */
export default function Help({ onClose }: { onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title="Keys" size="md">
      <dl className="facts">
        {keys.map(({ press, what }) => <div key={press} style={{ display: 'contents' }}><dt>{press.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></div>)}
        <dt><kbd>Tab</kbd></dt><dd>Next control; its hint is shown with it</dd>
        <dt><kbd>Esc</kbd></dt><dd>Hides a hint, closes this</dd>
      </dl>
      <p className="soft small">Point at any number, or press <kbd>h</kbd> and go to it by Tab, for its unit and what it is out of. Each chart can be read as a table. Filters and orders are in the address: copy it to show somebody the same.</p>
    </Modal>
  );
}
