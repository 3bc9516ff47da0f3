import { percent } from '../../design/format.ts';
import { Pixels } from '../../parts/pixels.tsx';
import { argmax, type LocalAttack } from './steps.ts';

export interface Seen {
  readonly image: Float32Array;
  readonly adversarial: Float32Array;
  /** Probability of each class. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The input gradient is zero everywhere. */
  readonly flat: boolean;
}

const shape = [28, 28, 1];
const side = 232;

export function TwinView({ seen: { image, adversarial, before, after }, attack }: { readonly seen: Seen; readonly attack: LocalAttack }) {
  const [first, second] = [argmax(before), argmax(after)];
  return (
    <div className="twins">
      <figure>
        <Pixels values={image} shape={shape} label="Your digit, as the network sees it" side={side} />
        <figcaption>The network says <b className="answer">{first}</b> <span className="soft">{percent(before[first])}</span></figcaption>
        <Bars probabilities={before} mark={first} />
      </figure>
      <figure>
        <Pixels values={adversarial.map((value, at) => (value - image[at]!) * 2)} shape={shape} label="The change, drawn twice as strong" side={side} signed />
        <figcaption className="soft">{attack === 'noise' ? 'Noise' : 'The change'}, drawn × 2</figcaption>
      </figure>
      <figure>
        <Pixels values={adversarial} shape={shape} label="Its adversarial twin" side={side} />
        <figcaption>Now it says <b className={second === first ? 'answer' : 'answer fooled-answer'}>{second}</b> <span className="soft">{percent(after[second])}</span></figcaption>
        <Bars probabilities={after} mark={second} />
      </figure>
    </div>
  );
}

function Bars({ probabilities, mark }: { readonly probabilities: readonly number[]; readonly mark: number }) {
  return (
    <ol className="bars" start={0}>
      {probabilities.map((probability, digit) => (
        <li key={digit} data-hint={`${digit}: ${percent(probability, 2)} by the softmax output`} data-mark={digit === mark}>
          <span>{digit}</span>
          <i><i style={{ width: `${probability * 100}%` }} /></i>
        </li>
      ))}
    </ol>
  );
}
