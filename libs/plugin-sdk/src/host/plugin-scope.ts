import * as tf from '@tensorflow/tfjs-core';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `body` and disposes of every tensor made meanwhile but the one it returns, which the caller then owns.
 * TF.js has one stack of scopes for the process, so bodies wait for one another.
 */
export function pluginScope<T extends tf.Tensor>(body: () => Promise<T>): Promise<T> {
  const turn = last.then(
    () => scoped(body),
    () => scoped(body),
  );
  last = turn.catch(() => {});
  return turn;
}

async function scoped<T extends tf.Tensor>(body: () => Promise<T>): Promise<T> {
  const engine = tf.engine();
  engine.startScope('plugin');
  try {
    return tf.keep(await body());
  } finally {
    engine.endScope();
  }
}
