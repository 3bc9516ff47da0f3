import { IconX } from '@tabler/icons-react';
import { useState } from 'react';

export interface TagListProps {
  readonly tags: readonly string[];
  /** Where tags may be changed. */
  readonly change?: ((change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }) => void) | undefined;
}

/** Tags of a run; with `change` each can be taken away, and others be added by Enter. */
export function TagList({ tags, change }: TagListProps) {
  const [text, setText] = useState('');
  if (change === undefined) return <>{tags.map((tag) => <span key={tag} className="tag">{tag}</span>)}</>;
  const add = () => {
    const tag = text.trim();
    setText('');
    if (tag !== '' && !tags.includes(tag)) change({ add: [tag] });
  };
  return (
    <span className="tags">
      {tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
          <button type="button" aria-label={`Remove the tag ${tag}`} onClick={() => change({ remove: [tag] })}><IconX size={11} aria-hidden /></button>
        </span>
      ))}
      <input aria-label="Add a tag" placeholder="Add a tag" value={text} maxLength={100} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && add()} onBlur={add} />
    </span>
  );
}
