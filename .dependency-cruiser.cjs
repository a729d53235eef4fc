/**
 * The walls of the house (docs/architecture.md): what may import what. `npm run walls` holds them.
 *
 * LAYERS, from bottom to top: a folder imports its own files and those of lower layers, never upwards. Folders of one line are strangers to each
 * other, so that the three backends know of each other only what backends/shared/ has.
 */
const LAYERS = [
  ['src/base', 'src/math'],
  ['src/io', 'src/geometry', 'src/neurons', 'src/stdp'],
  ['src/spaces', 'src/quantisers'],
  ['src/config', 'datasets', 'renderer/wgsl', 'src/lattice'],
  ['datasets/synth', 'src/model/representations', 'renderer/paths'],
  ['src/model'],
  ['src/engine', 'renderer/wgsl/network'],
  ['renderer', 'src/energy/work', 'src/export/nir'],
  ['src/backends', 'src/energy/hardware'],
  ['src/train', 'src/energy'],
  ['src/run', 'src/energy/report', 'src/eval'],
  ['src/baked', 'src/frames', 'src/skip'],
  ['src/export'],
  ['src/jobs'],
  ['src/node', 'src/page'],
  ['src/server'],
  ['src/cli/terminal'],
  ['src/cli/commands'],
  ['src/cli', 'web-viewer', 'scripts/bench', 'scripts/fuzz', 'scripts/kill', 'scripts/soak'],
  ['scripts'],
];

const rooms = LAYERS.flat();

/** The files of a room: those of its folder and of folders below it that are no rooms of their own. */
const filesOf = (room) => {
  const inner = rooms.filter((other) => other.startsWith(`${room}/`)).map((other) => other.slice(room.length + 1));
  return inner.length === 0 ? `^${room}/` : `^${room}/(?!(?:${inner.join('|')})/)`;
};

const layerRules = LAYERS.slice(0, -1).flatMap((layer, level) => {
  const beneath = LAYERS.slice(0, level).flat();
  return layer.map((room) => ({
    name: `layer: ${room}`,
    comment: `${room} imports only its own files and those of lower layers.`,
    severity: 'error',
    from: { path: filesOf(room) },
    to: { path: rooms.filter((other) => other !== room && !beneath.includes(other)).map(filesOf) },
  }));
});

module.exports = {
  forbidden: [
    { name: 'no-circle', comment: 'Files import each other in a circle.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-folder-circle',
      comment: 'Folders import each other in a circle.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    ...layerRules,
    {
      name: 'backends are strangers',
      comment: 'Backends know of each other only what src/backends/shared/ has.',
      severity: 'error',
      from: { path: '^src/backends/(tfjs|wasm|webgpu)/' },
      to: { path: '^src/backends/(tfjs|wasm|webgpu)/', pathNot: '^src/backends/$1/' },
    },
    {
      name: 'shared is beneath the backends',
      severity: 'error',
      from: { path: '^src/backends/shared/' },
      to: { path: '^src/backends/', pathNot: '^src/backends/shared/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^node_modules|^dist|/assembly/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
