/** A field that pictures are drawn of, on an engine that several requests share. */
import { croppedOccupancy, type CropBox } from './crop-occupancy.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { FieldSpec } from '../model/field-spec.ts';

export class ShownField {
  readonly engine: FieldEngine;
  readonly spec: FieldSpec;
  readonly seed: number;
  /** The training step it stands at. */
  step: number;
  private crop: CropBox | null = null;
  private occupancy: Uint8Array | null = null;

  constructor(engine: FieldEngine, step: number, seed: number) {
    this.engine = engine;
    this.spec = engine.spec;
    this.step = step;
    this.seed = seed;
  }

  /** Shows only what lies inside of a box from now on; null: everything. */
  async show(crop: CropBox | null): Promise<void> {
    if (JSON.stringify(crop) === JSON.stringify(this.crop)) return;
    this.occupancy ??= await this.engine.readOccupancy();
    await this.engine.writeOccupancy(crop === null ? this.occupancy : croppedOccupancy(this.engine, this.occupancy, crop));
    this.crop = crop;
  }

  /** Puts the engine back as it was: others go on with it, and may change what it holds. */
  async release(): Promise<void> {
    await this.show(null);
    this.occupancy = null;
  }
}
