import { engine, type Variable } from '@tensorflow/tfjs-core';
import { untraceable } from '../errors.ts';

/**
 * Runs `body`, which must not assign to a tf.Variable: an assignment would put a traced tensor, which has no value,
 * into it. Variables are left as they were also when it does.
 */
export function guardVariables<T>(body: () => T): T {
  const before = Object.values(engine().registeredVariables).map((variable) => hold(variable));
  let result: T;
  try {
    result = body();
  } finally {
    // Every hold is released, whether or not the body threw.
    before.forEach((held) => held.release());
  }
  const assigned = before.find((held) => held.assigned);
  if (assigned !== undefined) {
    throw untraceable(`the variable '${assigned.variable.name}' was assigned within the function`,
      'Return the new value instead, and pass the old one in as an argument');
  }
  return result;
}

interface Held {
  readonly variable: Variable;
  assigned: boolean;
  release(): void;
}

function hold(variable: Variable): Held {
  const { dataId } = variable;
  const backend = engine().state.tensorInfo.get(dataId)?.backend;
  backend?.incRef(dataId);
  const held: Held = {
    variable,
    assigned: false,
    release() {
      if (variable.dataId !== dataId) {
        held.assigned = true;
        variable.dataId = dataId;
        engine().trackTensor(variable, backend!);
        return;
      }
      // disposeData only lowers the count here: the variable itself still holds the data.
      backend?.disposeData(dataId);
    },
  };
  return held;
}
