/** Points of the surface, with normals and colours. */
import { isSurface } from '../../renderer/surface.ts';
import { byteSize } from '../base/format.ts';
import { InputError } from '../base/errors.ts';
import { spaceFacts } from '../spaces/index.ts';
import type { Exporter, ExportSource, Frame } from './exporter.ts';
import { voxelEdges } from './surface/fuse-depths.ts';
import { inFile } from './surface/in-file.ts';
import { PointThinner } from './surface/thin-points.ts';
import { encodePly } from './surface/write-ply.ts';

export const plyExporter: Exporter = {
  name: 'ply',
  summary: 'points of the surface that the cameras of the scene see, with normals and colours, one a voxel',
  out: 'export/points.ply',
  needs: ['frames'],
  async *files(source) {
    let thinner: PointThinner | null = null;
    let spacing = 0;
    for await (const frame of source.frames()) {
      spacing ||= spacingOf(source, frame);
      (thinner ??= new PointThinner(spacing)).add(frame);
    }
    const points = thinner && inFile(thinner.finish(), source.record.scene.frame);
    if (points === null || points.positions.length === 0)
      throw new InputError(`${source.path}: no camera of the scene sees a surface`, 'Train on: nothing is opaque yet.');
    const content = encodePly(points);
    yield { path: '', content };
    const count = points.positions.length / 3;
    const bytes = content.reduce((sum, part) => sum + part.length, 0);
    return { json: { points: count, spacing, bytes }, text: `${count} points, ${byteSize(bytes)}` };
  },
};

/** Metres: an edge of a voxel; where space is bent or in planes, a pixel's width at the middle depth of the first view. */
function spacingOf({ checkpoint: { spec } }: ExportSource, { camera, image: { depth, opacity } }: Frame): number {
  if (spaceFacts(spec.space).metricSteps) return Math.max(...voxelEdges(spec.grid));
  const depths = depth.filter((_, i) => isSurface(opacity[i])).sort();
  return (depths[Math.floor(depths.length / 2)] ?? 1) / camera.intrinsics.fx;
}
