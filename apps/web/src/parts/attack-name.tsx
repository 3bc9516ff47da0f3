import { attackMark } from '../design/attack-marks.ts';
import { normSigns, number } from '../design/format.ts';

/** The short stroke that stands for an attack in charts and tables alike. */
export function AttackSwatch({ plugin, variant = 0 }: { readonly plugin: string; readonly variant?: number }) {
  const { color, dash } = attackMark(plugin, variant);
  return (
    <svg width="16" height="8" aria-hidden>
      <line x1="1" y1="4" x2="15" y2="4" stroke={`var(${color})`} strokeWidth="3" strokeLinecap="round" strokeDasharray={dash.map((part) => part * 0.8).join(' ')} />
    </svg>
  );
}

interface Named {
  readonly plugin: string;
  readonly norm?: string;
  readonly epsilon?: number;
  /** What it took for the logits. */
  readonly shown?: 'logits' | 'probabilities';
}

export function AttackName({ attack, variant = 0 }: { readonly attack: Named; readonly variant?: number }) {
  return (
    <span className="attack-name">
      <AttackSwatch plugin={attack.plugin} variant={variant} />
      {attackTitle(attack)}
    </span>
  );
}

/** `pgd L∞ 0.3`, `pgd L∞ 0.3 on probabilities` */
export function attackTitle({ plugin, norm, epsilon, shown }: Named): string {
  return [plugin, norm === undefined ? '' : (normSigns[norm] ?? norm), epsilon === undefined ? '' : number(epsilon), shown === 'probabilities' ? 'on probabilities' : ''].filter((part) => part !== '').join(' ');
}

/** Which of several threat models of the same plugin each attack of a list is, from 0. */
export function variantsOf(attacks: readonly Named[]): number[] {
  const seen = new Map<string, number>();
  return attacks.map(({ plugin }) => {
    const variant = seen.get(plugin) ?? 0;
    seen.set(plugin, variant + 1);
    return variant;
  });
}
