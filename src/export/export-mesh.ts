/** A mesh of the surface with colours of its vertices, as GLB and PLY. */
import type { NamedCamera } from '../../renderer/paths/camera-path.ts';
import { byteSize } from '../base/format.ts';
import { InputError } from '../base/errors.ts';
import { meanUp, nearestAxis } from '../geometry/world-up.ts';
import type { GridSpec } from '../geometry/grid.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { spaceFacts, spaceOf } from '../spaces/index.ts';
import type { Exporter, ExportSource } from './exporter.ts';
import { DepthFusion } from './surface/fuse-depths.ts';
import { inFile } from './surface/in-file.ts';
import { meshOf } from './surface/mesh.ts';
import { encodeGlb } from './surface/write-glb.ts';
import { encodePly } from './surface/write-ply.ts';

export const meshExporter: Exporter = {
  name: 'mesh',
  summary: 'a mesh of the surface that the cameras of the scene see, with colours of its vertices: GLB and PLY',
  out: 'export/mesh',
  needs: ['frames'],
  async *files(source) {
    const fusion = new DepthFusion(worldGrid(source));
    const cameras: NamedCamera[] = [];
    for await (const { camera, image } of source.frames()) {
      fusion.add(camera, image);
      cameras.push(camera);
    }
    const mesh = inFile(meshOf(fusion.finish()), source.record.scene.frame);
    const triangles = mesh.triangles!.length / 3;
    if (triangles === 0) throw new InputError(`${source.path}: no camera of the scene sees a surface`, 'Train on: nothing is opaque yet.');
    const up = meanUp(cameras);
    const glb = await encodeGlb(mesh, (await source.chosenUp()) ?? nearestAxis(up) ?? up);
    yield { path: 'surface.glb', content: [glb] };
    yield { path: 'surface.ply', content: encodePly(mesh) };
    const vertices = mesh.positions.length / 3;
    return {
      json: { vertices, triangles, bytes: glb.length },
      text: `${vertices} vertices, ${triangles} triangles, GLB ${byteSize(glb.length)}`,
    };
  },
};

/** As many points as the field has, over the part of the world that is not bent. */
function worldGrid({ checkpoint: { spec }, path }: ExportSource): GridSpec {
  if (spaceFacts(spec.space).metricSteps) return spec.grid;
  const { similarity } = spaceOf(spec.space);
  if (similarity === null)
    throw new InputError(
      `${path}: a forward-facing field has no closed surface, and its planes are as far apart as they are far away`,
      'Use --format ply for points.',
    );
  const { centre, radius } = similarity;
  const at = (side: number): Vec3 => [centre[0] + side * radius, centre[1] + side * radius, centre[2] + side * radius];
  return { min: at(-1), max: at(1), size: spec.grid.size };
}
