/**
 * From a neuron's expressions to tensor code with automatic differentiation: what the symbolic adjoint and every generated kernel are checked
 * against. Each node becomes one closure over the tensors that its arguments give.
 */
import { applyHeld, heaviside, passStraight, stopGradient } from './custom-gradients.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { inOrder, leaf, type Binary, type Expr, type Unary } from '../../neurons/graph.ts';
import { surrogateOf, type SurrogateName } from '../../neurons/surrogates.ts';

/** Tensors of the leaves; all broadcast against each other. */
export type Bindings = ReadonlyMap<Expr, Tensor>;

export type TensorCode = (tf: TensorFlow, bindings: Bindings) => Tensor[];

export interface SurrogateChoice {
  readonly name: SurrogateName;
  readonly alpha: number;
}

const distance = leaf('input', 'distance');
const steepness = leaf('param', 'steepness', true);

/** Code that computes the roots. */
export function emitTfjs(roots: readonly Expr[], surrogate: SurrogateChoice): TensorCode {
  const order = inOrder(roots);
  const slope = surrogateOf(surrogate.name).derivative(distance, steepness);
  const slopeAt = (tf: TensorFlow, x: Tensor): Tensor =>
    run(
      tf,
      inOrder([slope]),
      new Map([
        [distance, x],
        [steepness, tf.scalar(surrogate.alpha)],
      ]),
      noSpike,
    ).get(slope)!;
  const spikeAt: SpikeCode = (tf, x) => heaviside(tf, x, 0, (d) => slopeAt(tf, d));
  return (tf, bindings) => {
    const values = run(tf, order, bindings, spikeAt);
    return roots.map((root) => values.get(root)!);
  };
}

/** 1[x >= 0] with a surrogate's gradient. */
type SpikeCode = (tf: TensorFlow, x: Tensor) => Tensor;

const noSpike: SpikeCode = () => {
  throw new RangeError('a surrogate contains no spikes');
};

function run(tf: TensorFlow, order: readonly Expr[], bindings: Bindings, spikeAt: SpikeCode): Map<Expr, Tensor> {
  const values = new Map<Expr, Tensor>(bindings);
  for (const node of order)
    if (!values.has(node))
      values.set(
        node,
        compute(tf, node, (arg) => values.get(arg)!, spikeAt),
      );
  return values;
}

function compute(tf: TensorFlow, node: Expr, at: (arg: Expr) => Tensor, spikeAt: SpikeCode): Tensor {
  switch (node.kind) {
    case 'const':
      return tf.scalar(node.value);
    case 'leaf':
      throw new RangeError(`no tensor was given for ${node.name}`);
    case 'unary':
      return unaryCode[node.op](tf, at(node.args[0]));
    case 'binary':
      return node.op === 'spike'
        ? spikeAt(tf, tf.sub(at(node.args[0]), at(node.args[1])))
        : binaryCode[node.op](tf, at(node.args[0]), at(node.args[1]));
    case 'select': {
      const [condition, a, b] = node.args.map(at);
      return choose(
        tf,
        applyHeld(tf, [condition], (c) => tf.cast(tf.notEqual(c, 0), 'float32')),
        a,
        b,
      );
    }
  }
}

/** a where `mask` is 1, b where it is 0. */
function choose(tf: TensorFlow, mask: Tensor, a: Tensor, b: Tensor): Tensor {
  return tf.add(tf.mul(mask, a), tf.mul(tf.sub(1, mask), b));
}

const compare = (tf: TensorFlow, x: Tensor, y: Tensor, test: (x: Tensor, y: Tensor) => Tensor): Tensor =>
  applyHeld(tf, [x, y], (a, b) => tf.cast(test(a, b), 'float32'));

const unaryCode: Readonly<Record<Unary, (tf: TensorFlow, x: Tensor) => Tensor>> = {
  neg: (tf, x) => tf.neg(x),
  abs: (tf, x) =>
    tf.mul(
      x,
      applyHeld(tf, [x], (v) => tf.sign(v)),
    ),
  exp: (tf, x) => tf.exp(x),
  log: (tf, x) => tf.log(x),
  sqrt: (tf, x) => tf.sqrt(x),
  tanh: (tf, x) => tf.tanh(x),
  sigmoid: (tf, x) => tf.sigmoid(x),
  floor: (tf, x) => applyHeld(tf, [x], (v) => tf.floor(v)),
  round: (tf, x) => applyHeld(tf, [x], (v) => tf.round(v)),
  stopGradient: (tf, x) => stopGradient(tf, x),
};

const binaryCode: Readonly<Record<Exclude<Binary, 'spike'>, (tf: TensorFlow, x: Tensor, y: Tensor) => Tensor>> = {
  add: (tf, x, y) => tf.add(x, y),
  sub: (tf, x, y) => tf.sub(x, y),
  mul: (tf, x, y) => tf.mul(x, y),
  div: (tf, x, y) => tf.div(x, y),
  // At a tie the second argument has the gradient.
  max: (tf, x, y) => choose(tf, compare(tf, x, y, tf.greater), x, y),
  min: (tf, x, y) => choose(tf, compare(tf, x, y, tf.greaterEqual), y, x),
  ge: (tf, x, y) => compare(tf, x, y, tf.greaterEqual),
  gt: (tf, x, y) => compare(tf, x, y, tf.greater),
  straightThrough: (tf, value, proxy) => passStraight(tf, value, proxy),
};
