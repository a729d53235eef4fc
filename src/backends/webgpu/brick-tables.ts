/** What the host tells the kernels of bricks (kernels/bricks.ts) whenever other bricks exist. */
import type { Buffers, Textures } from '../../../renderer/wgsl/kernel.ts';
import { writeTable } from '../../../renderer/wgsl/tables.ts';
import { MemoryError } from '../../base/errors.ts';
import { BRICK_POINTS, neededBricks, type BrickTable } from '../../lattice/bricks.ts';
import { brickTable, EMPTY_DENSITY, moreRoom, type BricksSpec } from '../../model/representations/bricks.ts';
import { DENSITY } from '../../model/representations/dense.ts';
import type { FieldSizes } from './field-plan.ts';
import { NEW_BRICK } from './kernels/bricks.ts';
import { brickRoom } from './representations/bricks.ts';
import type { PlacedField } from './representations/representation.ts';

export class BrickTables {
  private readonly device: GPUDevice;
  private readonly buffers: Buffers;
  private readonly tables: Textures;
  private readonly sizes: FieldSizes;
  /** Bricks that are shown though they do not exist. */
  private shownEmpty = 0;

  constructor(device: GPUDevice, buffers: Buffers, tables: Textures, sizes: FieldSizes) {
    this.device = device;
    this.buffers = buffers;
    this.tables = tables;
    this.sizes = sizes;
  }

  /** Shows the bricks of a field; their values lie behind those of brick 0, one after the other. */
  show(field: PlacedField): void {
    this.write(field, []);
  }

  /**
   * Shows empty bricks besides, in which samples of a step with this occupancy [V] lie though the field has none there.
   *
   * @throws MemoryError if there is no room for them
   */
  showSamples(field: PlacedField, occupancy: Uint8Array): void {
    const { numbers, places, size } = tableOf(field);
    const missing: number[] = [];
    neededBricks(size, occupancy).forEach((needed, place) => {
      if (needed === 1 && numbers[place] < 0) missing.push(place);
    });
    if (missing.length === 0 && this.shownEmpty === 0) return;
    const [needed, room] = [places.length + missing.length, brickRoom(this.sizes)];
    if (needed > room)
      throw new MemoryError(
        `Samples of this occupancy lie in ${needed} bricks; this engine was made for ${room}.`,
        moreRoom({ ...(field.representation as BricksSpec), count: needed }, field.grid),
      );
    this.write(field, missing);
  }

  /** Says where the bricks of `to` lay, for the kernels that rearrange them. */
  writeMoves(from: PlacedField, to: PlacedField): void {
    const { numbers } = tableOf(from);
    const before = new Uint32Array(brickRoom(this.sizes) + 1).fill(NEW_BRICK);
    tableOf(to).places.forEach((place, brick) => {
      if (numbers[place] >= 0) before[1 + brick] = 1 + numbers[place];
    });
    this.device.queue.writeBuffer(this.buffers['bricksBefore'], 0, before);
  }

  private write(field: PlacedField, empty: readonly number[]): void {
    const { numbers, places } = tableOf(field);
    const behind = 1 + places.length;
    const rows = Uint32Array.from(numbers, (brick) => (1 + brick) * BRICK_POINTS);
    empty.forEach((place, i) => (rows[place] = (behind + i) * BRICK_POINTS));
    const all = new Uint32Array(behind + empty.length);
    all[0] = places.length;
    all.set(places, 1);
    all.set(empty, behind);
    writeTable(this.device, this.tables['brickRows'], rows);
    writeTable(this.device, this.tables['brickPlaces'], all);
    this.empty(0, 1);
    this.empty(behind, empty.length);
    this.shownEmpty = empty.length;
    // What is marked no step lists, and so none changes it.
    if (this.sizes.training) this.device.queue.writeBuffer(this.buffers['voxelMarks'], 0, new Uint32Array(BRICK_POINTS).fill(1));
  }

  /** Values of `count` bricks that do not exist, from the number `first` on. */
  private empty(first: number, count: number): void {
    const { points } = this.sizes;
    for (const { name, bytes } of this.sizes.representation.buffers(this.sizes)) {
      const ofBrick = (bytes / points) * BRICK_POINTS;
      const values = new Float32Array((count * ofBrick) / 4).fill(name === DENSITY ? EMPTY_DENSITY : 0);
      this.device.queue.writeBuffer(this.buffers[name], first * ofBrick, values);
    }
  }
}

function tableOf({ representation, grid }: PlacedField): BrickTable {
  return brickTable(representation as BricksSpec, grid);
}
