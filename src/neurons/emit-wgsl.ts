/**
 * From a neuron to WGSL: one time step and its adjoint as scalar functions. An invocation is a neuron; it goes through the rows itself, so all
 * that depends on parameters alone is computed once (`bindNeuron`).
 *
 *     bindNeuron(p, alpha)                                   parameters, in the order of scan-layout.ts, and the surrogate's steepness
 *     stepNeuron(c, x, &states, &kept) -> Fired              charge, fire, reset; `kept`: what the adjoint needs besides the potential
 *     neuronOutput(c, h)                                     the output of a potential, as stepNeuron gives it
 *     adjointStep(c, h, kept, at, &carry, &shares) -> f32    d loss / d input; `carry`: d loss / d states, `shares`: learned parameters
 *
 * Arrays have at least one element, because WGSL has no empty ones. test/neurons/emit-wgsl.gpu.test.ts compares them with tfjs.
 */
import {
  compileAdjoint,
  compileForward,
  eventsAdjoint,
  keptLeaves,
  outputAdjoint,
  potentialAdjoint,
  stateAdjoint,
  surrogateAlpha,
} from './compile-step.ts';
import { inputLeaf, isSpiking, learnedParameters, potentialLeaf, type NeuronDefinition } from './define-neuron.ts';
import { argsOf, inOrder, leaf, type Binary, type Expr, type Unary } from './graph.ts';
import { parameterPlaces } from './scan-layout.ts';
import { simplify } from './simplify.ts';
import type { SurrogateName } from './surrogates.ts';

/** Lengths of the arrays; those that are 0 have one unused element in WGSL. */
export interface WgslSizes {
  readonly parameters: number;
  readonly states: number;
  readonly kept: number;
  readonly learned: number;
}

export function wgslSizes(definition: NeuronDefinition, surrogate: SurrogateName): WgslSizes {
  return {
    parameters: parameterPlaces(definition).length,
    states: definition.states.length,
    kept: keptLeaves([compileAdjoint(definition, surrogate, isSpiking(definition))]).length,
    learned: learnedParameters(definition).length,
  };
}

export function emitWgsl(definition: NeuronDefinition, surrogate: SurrogateName): string {
  const { states, terms } = definition;
  const { potential, fired, next } = compileForward(definition);
  const adjoint = compileAdjoint(definition, surrogate, isSpiking(definition));
  const kept = keptLeaves([adjoint]);
  const sizes = wgslSizes(definition, surrogate);
  const [output, ...comparisons] = simplify([definition.output, ...(isSpiking(definition) ? fired : [])]);
  const adjoints = [adjoint.input, ...adjoint.states, ...adjoint.parameters.values()];
  const constants = constantsOf([potential, ...fired, ...next, output, ...adjoints]);
  const parameterNames = new Map<Expr, string>([
    ...parameterPlaces(definition).map(({ name }, i): [Expr, string] => [paramLeaf(definition, name), `p[${i}]`]),
    [surrogateAlpha, 'alpha'],
  ]);
  const bound = new Map<Expr, string>(constants.map((node, i) => [node, `c[${i}]`]));

  const binding = new Printer(parameterNames);
  const bindCode = constants.map((node, i) => `c[${i}] = ${binding.value(node)};`);
  const step = new Printer(bound).bind(inputLeaf, 'x');
  states.forEach((state, i) => step.bind(leaf('state', state), step.keep(`(*states)[${i}]`)));
  const keptCode = kept.map((at, i) => `(*kept)[${i}] = ${step.value(at)};`);
  step.bind(potentialLeaf, step.keep(step.value(potential)));
  const outputCode = step.value(output);
  const firedCode = comparisons.map((node) => step.condition(node));
  const nextCode = next.map((node, i) => `(*states)[${i}] = ${step.value(node)};`);
  const onlyNegative = firedCode.filter((_, i) => terms[i].sign < 0);
  const spikes = isSpiking(definition)
    ? firedCode.map((code) => `select(0u, 1u, ${code})`).join(' + ')
    : `select(0u, 1u, ${outputCode} != 0.0)`;
  const active = isSpiking(definition) ? firedCode.join(' || ') : `${outputCode} != 0.0`;

  const outputOnly = new Printer(bound).bind(potentialLeaf, 'h');
  const outputOnlyCode = outputOnly.value(output);

  const back = new Printer(bound)
    .bind(potentialLeaf, 'h')
    .bind(outputAdjoint, 'at.output')
    .bind(eventsAdjoint, 'at.events')
    .bind(potentialAdjoint, 'at.potential');
  kept.forEach((at, i) => back.bind(at, `kept[${i}]`));
  states.forEach((state, i) => back.bind(stateAdjoint(state), back.keep(`(*carry)[${i}]`)));
  const results = adjoints.map((node) => back.value(node));

  const array = (length: number): string => `array<f32, ${Math.max(1, length)}>`;
  return `
// ${definition.name}: ${definition.summary} (${definition.source}); surrogate: ${surrogate}
alias NeuronParameters = ${array(sizes.parameters)};
alias Neuron = ${array(constants.length)};
alias States = ${array(sizes.states)};
alias Kept = ${array(sizes.kept)};
alias Shares = ${array(sizes.learned)};

struct Fired { potential: f32, output: f32, spikes: u32, fires: bool, negative: bool }
struct Adjoints { output: f32, events: f32, potential: f32 }

fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0))); }

fn bindNeuron(p: NeuronParameters, alpha: f32) -> Neuron {
  var c: Neuron;
${block([...binding.lines, ...bindCode])}
  return c;
}

fn stepNeuron(c: Neuron, x: f32, states: ptr<function, States>, kept: ptr<function, Kept>) -> Fired {
${block([...step.lines, ...keptCode, ...nextCode])}
  return Fired(${step.value(potentialLeaf)}, ${outputCode}, ${spikes}, ${active}, ${onlyNegative.length > 0 ? onlyNegative.join(' || ') : 'false'});
}

fn neuronOutput(c: Neuron, h: f32) -> f32 {
${block([...outputOnly.lines])}
  return ${outputOnlyCode};
}

fn adjointStep(c: Neuron, h: f32, kept: Kept, at: Adjoints, carry: ptr<function, States>, shares: ptr<function, Shares>) -> f32 {
${block([
  ...back.lines,
  ...states.map((_, i) => `(*carry)[${i}] = ${results[1 + i]};`),
  ...[...adjoint.parameters.keys()].map((_, i) => `(*shares)[${i}] += ${results[1 + states.length + i]};`),
])}
  return ${results[0]};
}
`;
}

function paramLeaf(definition: NeuronDefinition, name: string): Expr {
  return leaf('param', name, definition.parameters[name].scope === 'layer');
}

function block(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

/** Whether a value is the same in all time steps. */
function isConstant(node: Expr): boolean {
  if (node.kind === 'const') return true;
  if (node.kind === 'leaf') return node.leaf === 'param';
  return argsOf(node).every(isConstant);
}

/** The largest expressions of parameters alone; numbers are written where they are used. */
function constantsOf(roots: readonly Expr[]): Expr[] {
  const outermost = new Set(roots.filter(isConstant));
  for (const node of inOrder(roots))
    if (!isConstant(node))
      argsOf(node)
        .filter(isConstant)
        .forEach((arg) => outermost.add(arg));
  return [...outermost].filter((node) => node.kind !== 'const');
}

/** Whether its variable is a truth value: all comparisons but those of parameters alone, which are kept as numbers. */
function isCondition(node: Expr): boolean {
  return isComparison(node) && !isConstant(node);
}

function isComparison(node: Expr): boolean {
  return node.kind === 'binary' && (node.op === 'ge' || node.op === 'gt');
}

const unaryCode: Readonly<Record<Exclude<Unary, 'stopGradient'>, (x: string) => string>> = {
  neg: (x) => `-${x}`,
  abs: (x) => `abs(${x})`,
  exp: (x) => `exp(${x})`,
  log: (x) => `log(${x})`,
  sqrt: (x) => `sqrt(${x})`,
  tanh: (x) => `tanh(${x})`,
  sigmoid: (x) => `sigmoid(${x})`,
  floor: (x) => `floor(${x})`,
  round: (x) => `round(${x})`,
};

const binaryCode: Readonly<Record<Exclude<Binary, 'spike' | 'straightThrough'>, (x: string, y: string) => string>> = {
  add: (x, y) => `${x} + ${y}`,
  sub: (x, y) => `${x} - ${y}`,
  mul: (x, y) => `${x} * ${y}`,
  div: (x, y) => `${x} / ${y}`,
  min: (x, y) => `min(${x}, ${y})`,
  max: (x, y) => `max(${x}, ${y})`,
  ge: (x, y) => `${x} >= ${y}`,
  gt: (x, y) => `${x} > ${y}`,
};

/** Writes values in the order in which they are asked for; each operation is one line and has a name. */
class Printer {
  readonly lines: string[] = [];
  private readonly names: Map<Expr, string>;

  /** @param names code of values that exist already */
  constructor(names: ReadonlyMap<Expr, string>) {
    this.names = new Map(names);
  }

  bind(at: Expr, code: string): this {
    this.names.set(at, code);
    return this;
  }

  /** A variable with the present value of some code. */
  keep(code: string): string {
    const name = `t${this.lines.length}`;
    this.lines.push(`let ${name} = ${code};`);
    return name;
  }

  /** As a number; a comparison is 0 or 1. */
  value(node: Expr): string {
    return isCondition(node) ? `select(0.0, 1.0, ${this.name(node)})` : this.name(node);
  }

  /** As a truth value. */
  condition(node: Expr): string {
    return isCondition(node) ? this.name(node) : `(${this.name(node)} != 0.0)`;
  }

  private name(node: Expr): string {
    const present = this.names.get(node);
    if (present !== undefined) return present;
    if (node.kind === 'const') return number(node.value);
    const code = this.code(node);
    const name = this.keep(isComparison(node) && !isCondition(node) ? `select(0.0, 1.0, ${code})` : code);
    this.names.set(node, name);
    return name;
  }

  private code(node: Expr): string {
    switch (node.kind) {
      case 'const':
        return number(node.value);
      case 'leaf':
        throw new RangeError(`nothing is bound to ${node.name}`);
      case 'unary':
        if (node.op === 'stopGradient') throw new RangeError('stopGradient has to be simplified away');
        return unaryCode[node.op](this.value(node.args[0]));
      case 'binary':
        if (node.op === 'spike' || node.op === 'straightThrough') throw new RangeError(`${node.op} has to be simplified away`);
        return binaryCode[node.op](this.value(node.args[0]), this.value(node.args[1]));
      case 'select': {
        const [condition, a, b] = node.args;
        return `select(${this.value(b)}, ${this.value(a)}, ${this.condition(condition)})`;
      }
    }
  }
}

function number(value: number): string {
  const text = String(Math.fround(value));
  const literal = /[.eE]/.test(text) ? text : `${text}.0`;
  return value < 0 ? `(${literal})` : literal;
}
