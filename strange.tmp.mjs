import { openScene } from './dist/datasets/index.js';
import { inspectScene } from './dist/datasets/inspect-scene.js';
import { nodeFiles } from './dist/src/node/node-files.js';
import { sharpCodec } from './dist/src/node/image-codec.js';
import { readdirSync, statSync } from 'node:fs';
const root = process.argv[2]; const only = process.argv.slice(3);
for (const name of readdirSync(root).sort()) {
  if (!statSync(root + '/' + name).isDirectory() || (only.length && !only.includes(name))) continue;
  try {
    const s = await openScene(root + '/' + name, { files: nodeFiles, images: sharpCodec, rangeOptional: true });
    const r = inspectScene(s);
    const sp = Object.entries(r.splits).map(([k, v]) => `${k} ${v.views} ${v.width}x${v.height} f${v.fx.toFixed(1)},${v.fy.toFixed(1)} c${v.cx.toFixed(1)},${v.cy.toFixed(1)}${v.distorted ? 'd' : ''}`).join('; ');
    console.log(`## ${name}: ${r.format} | ${sp} | ${s.space.kind} near ${r.near?.toPrecision(3)} far ${r.far?.toPrecision(3)} frame ${JSON.stringify(r.frame)}`);
    for (const p of r.problems) console.log('   - ' + p);
  } catch (e) { console.log(`## ${name}: ${e.constructor.name}: ${e.message}\n   fix: ${e.fix}${e.fix ? '' : '\n' + e.stack}`); }
}
