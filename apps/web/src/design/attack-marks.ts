/** How an attack is drawn: one color everywhere, chosen to stay apart for color-blind eyes too, and a dash beside it. */
export interface AttackMark {
  /** A CSS variable of tokens.css. */
  readonly color: string;
  readonly dash: readonly number[];
}

/** Attacks of this repository by name, and of others in the same order of colors, with dashes. */
const colorOf: Readonly<Record<string, string>> = {
  fgsm: '--attack-orange',
  bim: '--attack-sky',
  pgd: '--attack-vermillion',
  'carlini-wagner': '--attack-purple',
  deepfool: '--attack-green',
  apgd: '--attack-blue',
  square: '--attack-olive',
  momentum: '--attack-teal',
  noise: '--attack-gray',
};

const others = ['--attack-brown', '--attack-pink', '--attack-violet', ...Object.values(colorOf)];
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2]];

/** @param variant which of several threat models of the same attack: they share the color and differ by dash. */
export function attackMark(plugin: string, variant = 0): AttackMark {
  const known = colorOf[plugin];
  const hash = [...plugin].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) >>> 0, 7);
  const color = known ?? others[hash % others.length]!;
  const offset = known === undefined ? 1 + (hash % 2) : 0;
  return { color, dash: dashes[(variant + offset) % dashes.length]! };
}
