import type { Plugin } from '@entropic-lab/client';

/** The paper that a plugin follows. */
export function Cited({ citation }: Pick<Plugin, 'citation'>) {
  if (citation === null) return null;
  const { authors, year, title, url } = citation;
  return (
    <p className="soft small">
      {authors} ({year}). {url === null ? title : <a href={url} target="_blank" rel="noreferrer">{title}</a>}
    </p>
  );
}
