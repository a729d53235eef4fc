/** Scenes of the formats that nothing here writes: three cameras around the origin. */
type Tree = Map<string, Uint8Array>;

const NAMES = ['a.png', 'b.png', 'c.png'];
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** [w, x, y, z] and translation, world to camera, of cameras 4 m from the origin that look at it. */
const POSES = NAMES.map((_, i) => {
  const half = ((i - 1) * Math.PI) / 6;
  return { rotation: [Math.cos(half), 0, Math.sin(half), 0], translation: [0, 0, 4] };
});
const POINTS = [
  [0, 0, 0],
  [0.5, 0.2, 0.1],
  [-0.4, 0.3, -0.2],
  [0.1, -0.5, 0.3],
];

export function colmapScene(form: 'text' | 'binary'): Tree {
  const tree: Tree = new Map(NAMES.map((name) => [`scene/images/${name}`, Uint8Array.of(1)]));
  for (const [name, content] of Object.entries(form === 'text' ? colmapText() : colmapBinary()))
    tree.set(`scene/sparse/0/${name}`, content);
  return tree;
}

function colmapText(): Record<string, Uint8Array> {
  const images = NAMES.map((name, i) => `${i + 1} ${POSES[i].rotation.join(' ')} ${POSES[i].translation.join(' ')} 1 ${name}\n1.5 2.5 1\n`);
  const points = POINTS.map((point, i) => `${i + 1} ${point.join(' ')} 200 100 50 0.5 1 0\n`);
  return {
    'cameras.txt': encode('# cameras\n1 OPENCV 16 12 14 14 8 6 0.01 0 0 0\n'),
    'images.txt': encode(images.join('')),
    'points3D.txt': encode(points.join('')),
  };
}

function colmapBinary(): Record<string, Uint8Array> {
  return {
    'cameras.bin': pack((w) => {
      w.u64(1).u32(1).u32(4).u64(16).u64(12).f64(14, 14, 8, 6, 0.01, 0, 0, 0);
    }),
    'images.bin': pack((w) => {
      w.u64(NAMES.length);
      NAMES.forEach((name, i) => {
        w.u32(i + 1)
          .f64(...POSES[i].rotation, ...POSES[i].translation)
          .u32(1)
          .bytes(encode(`${name}\0`))
          .u64(1)
          .f64(1.5, 2.5)
          .u64(1);
      });
    }),
    'points3D.bin': pack((w) => {
      w.u64(POINTS.length);
      POINTS.forEach((point, i) => {
        w.u64(i + 1)
          .f64(...point)
          .bytes(Uint8Array.of(200, 100, 50))
          .f64(0.5)
          .u64(1)
          .u32(1)
          .u32(0);
      });
    }),
  };
}

export function nsvfScene(): Tree {
  const tree: Tree = new Map([
    ['scene/intrinsics.txt', encode('14 8 6 0.\n0. 0. 0.\n0.\n1.\n12 16\n')],
    ['scene/bbox.txt', encode('-1 -1 -1 1 1 1 0.1\n')],
  ]);
  [0, 0, 1].forEach((split, i) => {
    const { rotation, translation } = POSES[i];
    const [c, s] = [rotation[0] ** 2 - rotation[2] ** 2, 2 * rotation[0] * rotation[2]];
    // Camera to world of R p + t is R^T (p - t); R turns about y.
    const [x, z] = [s * translation[2], -c * translation[2]];
    tree.set(`scene/rgb/${split}_${NAMES[i]}`, Uint8Array.of(1));
    tree.set(`scene/pose/${split}_${NAMES[i].replace('png', 'txt')}`, encode(`${c} 0 ${-s} ${x}\n0 1 0 0\n${s} 0 ${c} ${z}\n0 0 0 1\n`));
  });
  return tree;
}

class Writer {
  private readonly parts: Uint8Array[] = [];

  u32(value: number): this {
    return this.view(4, (view) => {
      view.setUint32(0, value, true);
    });
  }

  u64(value: number): this {
    return this.view(8, (view) => {
      view.setBigUint64(0, BigInt(value), true);
    });
  }

  f64(...values: number[]): this {
    for (const value of values)
      this.view(8, (view) => {
        view.setFloat64(0, value, true);
      });
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  end(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.parts));
  }

  private view(length: number, write: (view: DataView) => void): this {
    const view = new DataView(new ArrayBuffer(length));
    write(view);
    return this.bytes(new Uint8Array(view.buffer));
  }
}

function pack(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.end();
}
