import { useEffect, useRef, useState } from 'react';

interface Shown {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly below: boolean;
}

/**
 * Shows the `data-hint` of what the pointer or the focus is on: unit and denominator of a number. One layer for the page,
 * so that a table of thousands of numbers costs nothing. Escape hides it.
 */
export function HintLayer() {
  const [shown, setShown] = useState<Shown>();
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = (event: Event) => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-hint]') : null;
      const text = target?.dataset['hint'];
      if (target === null || text === undefined || text === '') return setShown(undefined);
      const { left, width, top, bottom } = target.getBoundingClientRect();
      const below = top < 120;
      setShown({ text, left: Math.min(Math.max(left + width / 2, 175), innerWidth - 175), top: below ? bottom + 6 : top - 6, below });
    };
    const hide = (event: KeyboardEvent) => void (event.key === 'Escape' && setShown(undefined));
    const leave = () => setShown(undefined);
    document.addEventListener('mouseover', show);
    document.addEventListener('focusin', show);
    document.addEventListener('keydown', hide);
    document.addEventListener('scroll', leave, { capture: true, passive: true });
    return () => {
      document.removeEventListener('mouseover', show);
      document.removeEventListener('focusin', show);
      document.removeEventListener('keydown', hide);
      document.removeEventListener('scroll', leave, { capture: true });
    };
  }, []);
  if (shown === undefined) return null;
  const { left, top, below, text } = shown;
  return (
    <div ref={layer} className="hint" role="tooltip" style={{ left, top, transform: `translate(-50%, ${below ? '0' : '-100%'})` }}>
      {text}
    </div>
  );
}
