import type { ReactNode } from 'react';

/** A number with its unit; the hint says of what, and out of how many. The key `h` brings both to Tab and to screen readers. */
export function Figure({ children, hint, className }: { readonly children: ReactNode; readonly hint: string; readonly className?: string }) {
  return (
    <span className={className} data-hint={hint}>
      {children}
    </span>
  );
}
