const reachable = 'a, button, input, select, textarea, summary, [tabindex]';

/**
 * Makes all that has a hint a stop of Tab, and lets screen readers say the hint with it, now and as pages change; returns
 * the way back. Not so by itself: a table of runs would be hundreds of stops.
 */
export function explainNumbers(root: HTMLElement): () => void {
  const made = new Set<HTMLElement>();
  const add = () => {
    for (const one of root.querySelectorAll<HTMLElement>('[data-hint]:not([data-hint=""])')) {
      if (!made.has(one) && (one.matches(reachable) || one.closest('a, button') !== null)) continue;
      one.tabIndex = 0;
      one.setAttribute('aria-description', one.dataset['hint']!);
      made.add(one);
    }
  };
  add();
  const observer = new MutationObserver(add);
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-hint'] });
  return () => {
    observer.disconnect();
    for (const one of made) {
      one.removeAttribute('tabindex');
      one.removeAttribute('aria-description');
    }
  };
}
