import type { Attribute, Graph, Node, TensorType, Value } from './graph.ts';

/** A graph as text, one node a line: `%7: float32[4,10] = BatchMatMul(a=%5, b=%6) {"transposeA":false}`. */
export function print(graph: Graph): string {
  const inputs = graph.inputs.map((value) => `${ref(value)}: ${printType(value)}`).join(', ');
  const lines = graph.nodes.map((node) => `  ${printNode(node)}`);
  return [`(${inputs}) => {`, ...lines, `  return ${graph.outputs.map(ref).join(', ')}`, '}', ''].join('\n');
}

export function printType({ dtype, shape }: TensorType): string {
  return `${dtype}[${shape.join()}]`;
}

export function printNode(node: Node): string {
  const outputs = node.outputs.map((value) => `${ref(value)}: ${printType(value)}`).join(', ');
  const inputs = node.inputs.map((value, i) => `${node.names[i]}=${ref(value)}`).join(', ');
  const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}: ${printAttribute(value)}`);
  const body = node.body === undefined ? '' : ` ${print(node.body).trimEnd().replaceAll('\n', '\n  ')}`;
  return `${outputs} = ${node.kernel}(${inputs})${attributes.length === 0 ? '' : ` {${attributes.join(', ')}}`}${body}`;
}

function ref(value: Value): string {
  return `%${value.id}`;
}

function printAttribute(value: Attribute): string {
  if (ArrayBuffer.isView(value)) {
    const array = value as Float32Array | Int32Array;
    return array.length > 8 ? `${array.constructor.name}(${array.length})` : `[${Array.from(array).join()}]`;
  }
  if (Array.isArray(value)) return `[${value.map(printAttribute).join()}]`;
  return String(value);
}
