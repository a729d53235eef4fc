/**
 * Where a training run stands, as plain JSON. With the field's spec, its tensors (parameters, moments, rate, inputRange) and its occupancy,
 * this is all that a checkpoint needs so that training goes on bit for bit, in either stage.
 */
import type { StageName } from '../base/events.ts';
import type { Feedback } from './loss-terms.ts';
import type { Rises } from './regulation.ts';
import type { BitObservers } from './step-renewal.ts';

export interface TrainState {
  readonly stage: StageName;
  /** Steps done in this stage. */
  readonly step: number;
  /** Steps since the moments last began at 0: the t of Adam's bias correction in the last step. */
  readonly adamStep: number;
  /** How many times the grid of this stage has been scaled. */
  readonly scalings: number;
  /** State of the random generator (four 32-bit words). */
  readonly random: readonly number[];
  /** Seconds of training so far, the resumed parts and the loading of the scene included. */
  readonly seconds: number;
  /** The value of `seconds` when this stage began. */
  readonly stageStart: number;
  /** Rays and network samples of all training steps so far. */
  readonly rays: number;
  readonly samples: number;
  /** What the last step measured, for the terms of the loss that follow it; null in the coarse stage and before the first step. */
  readonly feedback: Feedback | null;
  /** What the observers of learned bits remember; null where none are learned, and before the first step. */
  readonly observers: BitObservers | null;
  /** How far the next step raises thresholds; null where none are regulated, and before the first step. */
  readonly rises: Rises | null;
}
