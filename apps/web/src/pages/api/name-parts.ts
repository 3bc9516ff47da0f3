/** Editors by the part of GraphiQL they are in, the innermost first. */
const editors = [
  ['.graphiql-editor-tool', 'Variables and headers'],
  ['.graphiql-response', 'Answer'],
  ['.graphiql-editors', 'Operation'],
] as const;

/**
 * Names the editors of GraphiQL for screen readers, and takes from its tabs the role of a tab: each holds two buttons, and
 * what is a tab may hold none. Goes on with what it makes later, until the function it returns is called.
 */
export function nameParts(holder: HTMLElement): () => void {
  const name = () => {
    for (const editor of holder.querySelectorAll('textarea:not([aria-label])')) {
      editor.setAttribute('aria-label', editors.find(([part]) => editor.closest(part) !== null)?.[1] ?? 'Text');
    }
    for (const list of holder.querySelectorAll('[role="tablist"]')) list.setAttribute('role', 'list');
    for (const tab of holder.querySelectorAll('[role="tab"]')) {
      tab.setAttribute('role', 'listitem');
      tab.removeAttribute('aria-selected');
    }
  };
  const watching = new MutationObserver(name);
  watching.observe(holder, { childList: true, subtree: true });
  name();
  return () => watching.disconnect();
}
