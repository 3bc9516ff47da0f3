import { Collapse, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useForm } from './form.tsx';

export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className="panel form-section" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="grow" />
        {aside}
      </header>
      <div className="inside">{children}</div>
    </section>
  );
}

/** What few people change, behind a line; open by itself where the error is. */
export function More({ title, paths, children }: { readonly title: string; readonly paths: readonly string[]; readonly children: ReactNode }) {
  const [asked, setOpen] = useState(false);
  const { error } = useForm();
  const open = asked || paths.some((path) => error?.path?.startsWith(path) ?? false);
  return (
    <div className="more">
      <UnstyledButton className="more-line" onClick={() => setOpen(!open)} aria-expanded={open}>
        {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />} {title}
      </UnstyledButton>
      <Collapse expanded={open}>{children}</Collapse>
    </div>
  );
}
