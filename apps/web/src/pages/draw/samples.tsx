import { UnstyledButton } from '@mantine/core';
import { lab } from '../../lab/lab.ts';
import { readArrays } from '../../lab/safetensors.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { Pixels } from '../../parts/pixels.tsx';

/** Test images that the run kept, for those who would rather not draw. */
export function Samples({ sha256, onChoose }: { readonly sha256: string | undefined; onChoose(image: Float32Array): void }) {
  const { value } = useAnswer(`samples ${sha256}`, async (signal) => {
    if (sha256 === undefined) return [];
    const images = readArrays(await lab.artifacts.download(sha256, { signal })).get('images')!.values as Float32Array;
    return Array.from({ length: Math.min(12, images.length / 784) }, (_, at) => images.slice(at * 784, (at + 1) * 784));
  });
  if (value === undefined || value.length === 0) return null;
  return (
    <div>
      <p className="faint small" style={{ margin: '4px 0 6px' }}>or take a test image</p>
      <div className="samples">
        {value.map((image, at) => (
          <UnstyledButton key={at} onClick={() => onChoose(image)} aria-label={`Take test image ${at}`}>
            <Pixels values={image} shape={[28, 28, 1]} label="" side={38} />
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}
