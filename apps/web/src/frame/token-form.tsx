import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { ErrorNote } from '../parts/notes.tsx';
import { keepToken, token } from '../lab/lab.ts';
import type { LabError } from '@entropic-lab/protocol';

/** A lab that knows people by tokens asks for one; it stays in this browser until somebody signs out. */
export default function TokenForm({ error }: { readonly error: LabError }) {
  const [text, setText] = useState('');
  return (
    <form className="empty token-form" onSubmit={(event) => { event.preventDefault(); keepToken(text.trim() || undefined); }}>
      <h1>This lab asks for a token</h1>
      <p>Whoever looks after the lab makes one with <code>entropic token create</code>. A viewer's token lets you look, an operator's start runs.</p>
      {token === undefined ? null : <ErrorNote error={error} />}
      <PasswordInput label="Token" w={340} value={text} onChange={(event) => setText(event.currentTarget.value)} autoComplete="current-password" autoFocus />
      <Button type="submit" disabled={text.trim() === ''}>Sign in</Button>
    </form>
  );
}
