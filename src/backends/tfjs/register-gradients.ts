/**
 * The gradients of the operations used here. tfjs-core registers none in its Node build (the union package does); a namespace that has them
 * keeps its own. For y = f(x) and dy = d loss / d y, each gives d loss / d x. Finite differences check them all (test/backends).
 */
import type { GradConfig, NamedAttrMap } from '@tensorflow/tfjs-core';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** Registers what is missing. */
export function registerGradients(tf: TensorFlow): void {
  for (const config of gradientsOf(tf)) {
    if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
  }
}

/** A function of one tensor whose derivative, times dy, follows from what was saved: inputs `x`, else outputs `y`. */
type Derivative = (dy: Tensor, saved: Tensor, attributes: NamedAttrMap) => Tensor;

function gradientsOf(tf: TensorFlow): GradConfig[] {
  const ofInput = (kernelName: string, argument: string, derivative: Derivative): GradConfig => ({
    kernelName,
    inputsToSave: [argument],
    gradFunc: (dy, saved, attributes) => ({ [argument]: () => derivative(dy as Tensor, saved[0], attributes) }),
  });
  const ofOutput = (kernelName: string, argument: string, derivative: Derivative): GradConfig => ({
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, saved, attributes) => ({ [argument]: () => derivative(dy as Tensor, saved[0], attributes) }),
  });
  const ofTwo = (kernelName: string, left: (dy: Tensor, b: Tensor) => Tensor, right: (dy: Tensor, a: Tensor) => Tensor): GradConfig => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => ({
      a: () => sumTo(tf, left(dy as Tensor, b), a.shape),
      b: () => sumTo(tf, right(dy as Tensor, a), b.shape),
    }),
  });
  const reshaped: Derivative = (dy, x) => tf.reshape(dy, x.shape);
  const summed: Derivative = (dy, x, { axis }) => {
    const kept = [...x.shape];
    for (const a of tf.util.parseAxisParam(axis as number[], x.shape)) kept[a] = 1;
    return tf.mul(tf.reshape(dy, kept), tf.onesLike(x));
  };

  return [
    ofTwo(
      'Add',
      (dy) => dy,
      (dy) => dy,
    ),
    ofTwo(
      'Sub',
      (dy) => dy,
      (dy) => tf.neg(dy),
    ),
    ofTwo(
      'Multiply',
      (dy, b) => tf.mul(dy, b),
      (dy, a) => tf.mul(dy, a),
    ),
    {
      kernelName: 'RealDiv',
      inputsToSave: ['a', 'b'],
      gradFunc: (dy, [a, b]) => ({
        a: () => sumTo(tf, tf.div(dy as Tensor, b), a.shape),
        b: () => sumTo(tf, tf.neg(tf.div(tf.mul(dy as Tensor, a), tf.square(b))), b.shape),
      }),
    },
    ofInput('Identity', 'x', (dy) => dy),
    ofInput('Neg', 'x', (dy) => tf.neg(dy)),
    ofInput('Square', 'x', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
    ofInput('Log', 'x', (dy, x) => tf.div(dy, x)),
    ofInput('Sin', 'x', (dy, x) => tf.mul(dy, tf.cos(x))),
    ofInput('Cos', 'x', (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
    ofOutput('Exp', 'x', (dy, y) => tf.mul(dy, y)),
    ofOutput('Sqrt', 'x', (dy, y) => tf.div(dy, tf.mul(y, 2))),
    ofOutput('Tanh', 'x', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
    ofOutput('Expm1', 'x', (dy, y) => tf.mul(dy, tf.add(y, 1))),
    ofInput('Softplus', 'x', (dy, x) => tf.mul(dy, tf.sigmoid(x))),
    ofOutput('Sigmoid', 'x', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
    ofInput('Relu', 'x', (dy, x) => tf.mul(dy, tf.step(x))),
    ofInput('ClipByValue', 'x', (dy, x, { clipValueMin, clipValueMax }) => {
      const inside = tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number));
      return tf.where(inside, dy, tf.zerosLike(dy));
    }),
    ofInput('Reshape', 'x', reshaped),
    ofInput('ExpandDims', 'input', reshaped),
    ofInput('Reverse', 'x', (dy, x, { dims }) => tf.reverse(dy, tf.util.parseAxisParam(dims as number[], x.shape))),
    ofInput('Cumsum', 'x', (dy, _x, { axis, exclusive, reverse }) =>
      tf.cumsum(dy, axis as number, exclusive as boolean, !(reverse as boolean)),
    ),
    ofInput('Sum', 'x', summed),
    ofInput('Mean', 'x', (dy, x, attributes) => tf.mul(summed(dy, x, attributes), dy.size / x.size)),
    {
      kernelName: 'BatchMatMul',
      inputsToSave: ['a', 'b'],
      // Of a b^T too; nothing here is a^T b.
      gradFunc: (dy, [a, b], { transposeB }) => ({
        a: () => tf.matMul(dy as Tensor, b, false, transposeB !== true),
        b: () => (transposeB === true ? tf.matMul(dy as Tensor, a, true, false) : tf.matMul(a, dy as Tensor, true, false)),
      }),
    },
    {
      kernelName: 'Concat',
      saveAllInputs: true,
      gradFunc: (dy, parts, { axis }) => {
        const [along] = tf.util.parseAxisParam(axis as number, parts[0].shape);
        const sizes = parts.map((part) => part.shape[along]);
        const gradients = tf.split(dy as Tensor, sizes, along);
        return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));
      },
    },
    {
      kernelName: 'Pack',
      saveAllInputs: true,
      gradFunc: (dy, _parts, { axis }) => Object.fromEntries(tf.unstack(dy as Tensor, axis as number).map((row, i) => [i, () => row])),
    },
    {
      kernelName: 'Unpack',
      // Of a single row there is no list.
      gradFunc: (dy, _saved, { axis }) => ({ value: () => tf.stack([dy].flat() as Tensor[], axis as number) }),
    },
  ];
}

/** Sums a gradient over the axes along which its operand was broadcast. */
function sumTo(tf: TensorFlow, gradient: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}
