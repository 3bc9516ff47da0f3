import { moment } from '../../design/format.ts';
import type { RunHistory } from '../../lab/run-history.ts';

/** What was said, newest first. */
export function LogView({ history }: { readonly history: RunHistory }) {
  return (
    <div className="panel log" role="log" aria-label="Log of the run">
      {[...history.log].reverse().map(({ seq, time, level, message }) => (
        <div key={seq} className="entry" data-level={level}>
          <time className="faint" dateTime={time}>{moment(time)}</time>
          <span className="level">{level}</span>
          <span className="message">{message}</span>
        </div>
      ))}
    </div>
  );
}
