import { bytes } from '../../design/format.ts';
import { fileAddress } from '../../lab/lab.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { EmptyState } from '../../parts/notes.tsx';

const kinds = { weights: 'Weights (safetensors)', checkpoint: 'Checkpoint', onnx: 'Network (ONNX)', images: 'Images', audit: 'Audit, so far' } as const;

/** Files that outlive the run. */
export function ArtifactsView({ history }: { readonly history: RunHistory }) {
  if (history.artifacts.length === 0) return <EmptyState title="No files yet">Weights come when the training has ended, checkpoints every half a minute or so.</EmptyState>;
  return (
    <div className="panel">
      <div className="inside scroll-x">
        <table className="plain">
          <thead>
            <tr><th>What</th><th>Name</th><th className="num">Size</th><th>SHA-256</th></tr>
          </thead>
          <tbody>
            {history.artifacts.map(({ kind, name, sha256, bytes: size }, at) => (
              <tr key={at}>
                <td>{kinds[kind]}</td>
                <td><a href={fileAddress(sha256)} download={`${name.replaceAll(' ', '-')}.${kind === 'onnx' ? 'onnx' : 'safetensors'}`}>{name}</a></td>
                <td className="num">{bytes(size)}</td>
                <td><code className="faint" data-hint={sha256}>{sha256.slice(0, 16)}…</code></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
