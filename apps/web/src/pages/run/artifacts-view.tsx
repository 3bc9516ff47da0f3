import { graphql } from '@entropic-lab/client';
import { bytes, integer } from '../../design/format.ts';
import { fileAddress, lab } from '../../lab/lab.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';

const Kept = graphql('query Kept($id: ID!) { run(id: $id) { artifacts { kind name sha256 bytes } } }');
const kinds = { weights: 'Weights (safetensors)', checkpoint: 'Checkpoint', onnx: 'Network (ONNX)', images: 'Images', audit: 'Audit, so far' } as const;

/** Files that outlive the run: those that are kept, for events also name checkpoints that were let go. */
export function ArtifactsView({ run, history }: { readonly run: RunRow; readonly history: RunHistory }) {
  const named = history.artifacts.length;
  const { value, error } = useAnswer(`${run.id} ${named} ${run.status}`, (signal) => lab.ask(Kept, { id: run.id }, { signal }));
  if (error !== undefined) return <ErrorNote error={error} />;
  if (value === undefined) return <div className="loading">Loading…</div>;
  const kept = value.run?.artifacts ?? [];
  if (kept.length === 0) return <EmptyState title="No files yet">Weights come when the training has ended, checkpoints every half a minute or so.</EmptyState>;
  const gone = new Set(history.artifacts.map(({ sha256 }) => sha256)).size - new Set(kept.map(({ sha256 }) => sha256)).size;
  return (
    <div className="panel">
      <div className="inside scroll-x">
        <table className="plain">
          <thead>
            <tr><th>What</th><th>Name</th><th className="num">Size</th><th>SHA-256</th></tr>
          </thead>
          <tbody>
            {kept.map(({ kind, name, sha256, bytes: size }, at) => (
              <tr key={at}>
                <td>{kinds[kind]}</td>
                <td><a href={fileAddress(sha256)} download={`${name.replaceAll(' ', '-')}.${kind === 'onnx' ? 'onnx' : 'safetensors'}`}>{name}</a></td>
                <td className="num">{bytes(size)}</td>
                <td><code className="faint" data-hint={sha256}>{sha256.slice(0, 16)}…</code></td>
              </tr>
            ))}
          </tbody>
        </table>
        {gone <= 0 ? null : <p className="faint small">{gone === 1 ? 'One checkpoint was' : `${integer(gone)} checkpoints were`} let go: a run that may go on keeps its last two, one that succeeded none.</p>}
      </div>
    </div>
  );
}
