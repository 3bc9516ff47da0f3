import type { Dtype } from '../graph/graph.ts';
import { writeModel } from '../onnx/model.ts';
import type { EngineOptions } from './engine.ts';
import type { Model, Output } from './open-session.ts';
import type { Sessions } from './sessions.ts';
import { fromEngine, type EngineTensor, type Values } from './tensors.ts';

/**
 * Copies between host and card, by sessions that do nothing else: ONNX Runtime's own download of a tensor ends the
 * process on Node. Only WebGPU leaves tensors on the card between calls; for CUDA its binding for Node has no such
 * place, and what is copied at each call is spread over the many steps that a call takes.
 */
export class Transfers {
  /** Whether tensors can stay on a card. */
  readonly needed: boolean;
  readonly #sessions: Sessions;

  constructor(sessions: Sessions, { provider }: EngineOptions) {
    this.#sessions = sessions;
    this.needed = provider === 'webgpu';
  }

  async toDevice(tensor: EngineTensor): Promise<EngineTensor> {
    return (await this.#sessions.run(copying(tensor, true), { from: tensor }, [copied(tensor, true)]))['to']!;
  }

  async toHost(tensor: EngineTensor): Promise<Values> {
    return fromEngine((await this.#sessions.run(copying(tensor, false), { from: tensor }, [copied(tensor, false)]))['to']!);
  }
}

/** Of any shape of that many axes, so that few sessions serve all. */
function copying({ type, dims }: EngineTensor, toDevice: boolean): Model {
  const axes = dims.map((_, i) => `d${i}`);
  const name = `copy of ${type} with ${dims.length} axes ${toDevice ? 'to' : 'from'} the card`;
  const value = (of: string) => ({ name: of, type: type as Dtype, dims: axes });
  const node = { op: 'Identity', domain: '', inputs: ['from'], outputs: ['to'], attributes: {} };
  const bytes = writeModel({ name: 'copy', nodes: [node], initializers: [], inputs: [value('from')], outputs: [value('to')] });
  return { key: name, name, bytes, staying: toDevice ? ['to'] : [] };
}

function copied({ type, dims }: EngineTensor, toDevice: boolean): Output {
  return { name: 'to', dtype: type as Dtype, dims, stays: toDevice };
}
