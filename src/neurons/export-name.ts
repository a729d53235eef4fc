/** Names of a neuron among the kernels of the wasm backend. */
import type { NeuronDefinition } from './define-neuron.ts';
import { argsOf, inOrder, type Expr } from './graph.ts';

/** `ternary-signed` as part of a name in code. */
export function identifier({ name }: NeuronDefinition): string {
  return name.replace(/-/g, '_');
}

/**
 * The exported function that returns the neuron's number. Its name carries a fingerprint of the definition, so that kernels which were built without the
 * neuron, or before it changed, are recognised.
 */
export function exportName(definition: NeuronDefinition): string {
  return `neuron_${identifier(definition)}_${fingerprint(describe(definition))}`;
}

/** All of a definition that its scans depend on, as text: the graph node by node, each with the numbers of its arguments. */
function describe({ parameters, states, amplitude, terms, potential, output, events, next }: NeuronDefinition): string {
  const roots = [potential, output, events, ...terms.map(({ spike }) => spike), ...next];
  const nodes = inOrder(roots);
  const numbers = new Map(nodes.map((node, i) => [node, i]));
  const numberOf = (node: Expr): number => numbers.get(node)!;
  return JSON.stringify({
    nodes: nodes.map((node) => [...headOf(node), ...argsOf(node).map(numberOf)]),
    roots: roots.map(numberOf),
    signs: terms.map(({ sign }) => sign),
    parameters: Object.entries(parameters).map(([name, { scope, learned }]) => [name, scope, learned !== null]),
    states,
    amplitude,
  });
}

function headOf(node: Expr): (string | number | boolean)[] {
  switch (node.kind) {
    case 'const':
      return [node.value];
    case 'leaf':
      return [node.leaf, node.name, node.uniform];
    case 'select':
      return [node.kind];
    default:
      return [node.op];
  }
}

/** FNV-1a, 32 bits. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
