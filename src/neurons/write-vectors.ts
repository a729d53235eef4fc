/** Expressions as lines of AssemblyScript on f32x4 vectors. A comparison is a mask; it becomes 0 or 1 only where it is calculated with. */
import { argsOf, constant, inOrder, type Binary, type Expr, type Unary } from './graph.ts';
import { isUniform } from './simplify.ts';

const unaryCode: Readonly<Record<Exclude<Unary, 'stopGradient'>, (x: string) => string>> = {
  neg: (x) => `f32x4.neg(${x})`,
  abs: (x) => `f32x4.abs(${x})`,
  exp: (x) => `exp4(${x})`,
  log: (x) => `log4(${x})`,
  sqrt: (x) => `f32x4.sqrt(${x})`,
  tanh: (x) => `tanh4(${x})`,
  sigmoid: (x) => `sigmoid4(${x})`,
  floor: (x) => `f32x4.floor(${x})`,
  round: (x) => `f32x4.nearest(${x})`,
};

const binaryCode: Readonly<Record<Exclude<Binary, 'spike' | 'straightThrough'>, string>> = {
  add: 'f32x4.add',
  sub: 'f32x4.sub',
  mul: 'f32x4.mul',
  div: 'f32x4.div',
  // One instruction each; where the first argument is no number, nor is the result.
  min: 'f32x4.pmin',
  max: 'f32x4.pmax',
  ge: 'f32x4.ge',
  gt: 'f32x4.gt',
};

function isMask(node: Expr): boolean {
  return node.kind === 'binary' && (node.op === 'ge' || node.op === 'gt');
}

/** What is the same for all neurons and rows, computed before the loops: lines, and the names of its values. */
export function hoist(roots: readonly Expr[], bindings: ReadonlyMap<Expr, string>): { lines: string[]; names: Map<Expr, string> } {
  const names = new Map<Expr, string>();
  const lines: string[] = [];
  const order = inOrder(roots);
  const outermost = new Set<Expr>(roots.filter(isUniform));
  for (const node of order) if (!isUniform(node)) for (const arg of argsOf(node)) if (isUniform(arg)) outermost.add(arg);
  // Masks are turned into numbers with a vector of ones.
  outermost.add(constant(1));
  for (const node of inOrder([...outermost])) {
    const writer = new Writer(names, '');
    const code = node.kind === 'leaf' ? (bindings.get(node) ?? fail(node)) : writer.codeOf(node);
    const name = node.kind === 'leaf' ? `p_${node.name.replace(/\W/g, '_')}` : `u${names.size}`;
    names.set(node, name);
    lines.push(`const ${name} = ${code};`);
  }
  return { lines, names };
}

function fail(node: Expr): never {
  throw new RangeError(`nothing is bound to ${node.kind === 'leaf' ? node.name : node.kind}`);
}

/** Writes values in the order in which they are asked for; each is computed once and has a name. */
export class Writer {
  private readonly names: Map<Expr, string>;
  private readonly suffix: string;
  private readonly sources = new Map<Expr, string>();
  private readonly lines: string[] = [];
  private count = 0;

  /** @param outside names of values that exist already */
  constructor(outside: ReadonlyMap<Expr, string>, suffix: string) {
    this.names = new Map(outside);
    this.suffix = suffix;
  }

  /** Where a leaf comes from; it is read when it is first needed. */
  define(at: Expr, code: string): void {
    this.sources.set(at, code);
  }

  /** A leaf that is a variable already. */
  use(at: Expr, name: string): void {
    this.names.set(at, name);
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** The variable that holds a value (a mask for a comparison). */
  name(node: Expr, wish: string): string {
    const present = this.names.get(node);
    if (present !== undefined) return present;
    const code = this.sources.get(node) ?? this.codeOf(node);
    const name = `${wish}${this.suffix}`;
    this.names.set(node, name);
    this.lines.push(`const ${name} = ${code};`);
    return name;
  }

  /** The variable, as a number. */
  valueOf(node: Expr): string {
    return isMask(node) ? `v128.and(${this.vector(node)}, ${this.vector(constant(1))})` : this.vector(node);
  }

  /** One operation on the variables of its arguments. */
  codeOf(node: Expr): string {
    this.prepare(node);
    switch (node.kind) {
      case 'const':
        return `f32x4.splat(${number(node.value)})`;
      case 'leaf':
        return this.sources.get(node) ?? fail(node);
      case 'unary':
        if (node.op === 'stopGradient') throw new RangeError('stopGradient has to be simplified away');
        return unaryCode[node.op](this.valueOf(node.args[0]));
      case 'binary':
        return this.binaryCodeOf(node);
      case 'select':
        return this.selectCodeOf(node.args);
    }
  }

  finish(): readonly string[] {
    return this.lines;
  }

  /**
   * Writes the arguments of a node, the longest computation first: what is quick to get, such as a load, then does not occupy a register
   * meanwhile.
   */
  private prepare(node: Expr): void {
    // A product that will be part of a multiply-add is not written by itself: its factors are.
    const needed = argsOf(node).flatMap((arg) => (this.fuses(node, arg) ? argsOf(arg) : [arg]));
    for (const arg of [...needed].sort((a, b) => lengthOf(b) - lengthOf(a))) if (arg.kind !== 'const') this.vector(arg);
  }

  /** The product of a sum that becomes a multiply-add. */
  private fuses(node: Expr, arg: Expr): boolean {
    if (node.kind !== 'binary' || node.op !== 'add') return false;
    return this.productOf(node.args) === arg;
  }

  /** A product that is not computed yet; one that is computed already is added as it is. */
  private productOf([x, y]: readonly [Expr, Expr]): Extract<Expr, { kind: 'binary' }> | null {
    for (const node of [y, x]) if (node.kind === 'binary' && node.op === 'mul' && !this.names.has(node)) return node;
    return null;
  }

  private vector(node: Expr): string {
    return this.name(node, node.kind === 'leaf' ? node.name.replace(/\W/g, '_') : `t${this.count++}`);
  }

  private binaryCodeOf(node: Extract<Expr, { kind: 'binary' }>): string {
    const [x, y] = node.args;
    if (node.op === 'spike' || node.op === 'straightThrough') throw new RangeError(`${node.op} has to be simplified away`);
    const product = node.op === 'add' ? this.productOf(node.args) : null;
    if (product !== null) {
      const [a, b] = product.args;
      return `madd(${this.valueOf(a)}, ${this.valueOf(b)}, ${this.valueOf(product === y ? x : y)})`;
    }
    return `${binaryCode[node.op]}(${this.valueOf(x)}, ${this.valueOf(y)})`;
  }

  private selectCodeOf([condition, a, b]: readonly [Expr, Expr, Expr]): string {
    const mask = isMask(condition) ? this.vector(condition) : `f32x4.ne(${this.valueOf(condition)}, f32x4.splat(0))`;
    if (isZero(b)) return `v128.and(${this.valueOf(a)}, ${mask})`;
    if (isZero(a)) return `v128.andnot(${this.valueOf(b)}, ${mask})`;
    return `v128.bitselect(${this.valueOf(a)}, ${this.valueOf(b)}, ${mask})`;
  }
}

const lengths = new WeakMap<Expr, number>();

/** Operations on the way to a value, those it shares counted every time. */
function lengthOf(node: Expr): number {
  let length = lengths.get(node);
  if (length === undefined) {
    length = argsOf(node).reduce((sum, arg) => sum + lengthOf(arg), argsOf(node).length > 0 ? 1 : 0);
    lengths.set(node, length);
  }
  return length;
}

function isZero(node: Expr): boolean {
  return node.kind === 'const' && node.value === 0;
}

function number(value: number): string {
  const text = String(Math.fround(value));
  return /[.eE]/.test(text) ? text : `${text}.0`;
}
