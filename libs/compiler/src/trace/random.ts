import { untraceable } from '../errors.ts';

/**
 * Runs `body`, which must not draw from Math.random, on which all of TF.js' unseeded randomness rests: what it drew
 * would be frozen into the graph.
 */
export function guardRandom<T>(body: () => T): T {
  const random = Math.random;
  Math.random = () => {
    throw untraceable('a random number was drawn while the function was traced (tf.randomUniform, tf.dropout, Math.random)',
      'Draw with hostInput from @entropic-lab/tensor, or pass the numbers in as an argument; a draw with a seed is the same each time and may stay');
  };
  try {
    return body();
  } finally {
    Math.random = random;
  }
}
