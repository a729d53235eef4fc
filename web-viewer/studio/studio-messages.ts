/** What the studio's page and its workers say to each other: a request has one answer, and events before it. */
import type { BackendRequest } from '../../src/backends/select-backend.ts';
import type { ProgressEvent } from '../../src/base/events.ts';
import type { EvalReport } from '../../src/eval/eval-report.ts';
import type { LiveState } from '../../src/frames/live-training.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import type { RunViews } from '../../src/jobs/run-views.ts';
import type { Rehearsal } from '../../src/jobs/rehearse.ts';
import type { SceneFindings } from '../../src/jobs/scene-findings.ts';
import type { KeptRun } from '../../src/page/kept-run.ts';
import type { KeptScene } from '../../src/page/library.ts';
import type { Studied, Taken } from './take-along.ts';

/** Settings as the form holds them: texts by key. */
export interface Wish {
  readonly scene: string;
  /** null: the one that suits the scene. */
  readonly preset: string | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly backend: BackendRequest;
}

export interface Inspected {
  readonly found: SceneFindings;
  /** The same in words: a header with a row for each split, names with values. */
  readonly splits: readonly (readonly string[])[];
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Cameras from above and from the side. */
  readonly drawing: string;
  /** Of all splits. */
  readonly views: RunViews;
  /** Of some views, small. */
  readonly photos: readonly ViewPhoto[];
}

export interface ViewPhoto {
  /** Place among the views. */
  readonly view: number;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
}

export interface Plan {
  readonly backend: string;
  readonly preset: string;
  /** Bytes: of the whole training, of its images, and of the field on a GPU. */
  readonly memory: { readonly total: number; readonly images: number; readonly onGpu: number };
  readonly rays: number;
  /** The values that the settings come to. */
  readonly values: Readonly<Record<string, string>>;
}

export interface TrainedHere {
  readonly run: string;
  readonly interrupted: boolean;
  readonly stage: string;
  readonly step: number;
  readonly backend: string;
  /** At last; null: it was trained before. */
  readonly raysPerSecond: number | null;
}

/** Name, what is asked, what is answered. */
export interface Requests {
  list: {
    asked: { readonly tidy: boolean };
    answer: { readonly scenes: KeptScene[]; readonly runs: KeptRun[]; readonly free: number | null };
  };
  drop: {
    asked: { readonly name: string; readonly files: readonly { readonly path: string; readonly file: File }[] };
    answer: { readonly kind: 'scene' | 'run'; readonly name: string };
  };
  unzip: { asked: { readonly file: File }; answer: { readonly kind: 'scene' | 'run'; readonly name: string } };
  generate: { asked: { readonly scene: string; readonly views: number; readonly size: number }; answer: string };
  inspect: { asked: { readonly scene: string; readonly settings: Readonly<Record<string, string>> }; answer: Inspected };
  plan: { asked: Wish; answer: Plan };
  rehearse: { asked: Wish; answer: Rehearsal };
  train: { asked: Wish & { readonly name: string }; answer: TrainedHere | null };
  twin: { asked: { readonly run: string }; answer: TrainedHere | null };
  /** With room for this share of all bricks; null: as planned. */
  resume: { asked: { readonly run: string; readonly share: string | null }; answer: TrainedHere };
  evaluate: { asked: { readonly run: string; readonly every: number }; answer: EvalReport };
  take: { asked: { readonly run: string; readonly what: Taken }; answer: string };
  report: { asked: { readonly run: string }; answer: string };
  pack: { asked: { readonly run: string; readonly scene: boolean }; answer: string };
  remove: { asked: { readonly kind: 'scene' | 'run'; readonly name: string }; answer: null };
}

export type RequestName = keyof Requests;

/** The first thing said is the tab: the folder of what it has not finished yet. */
export type ToStudio =
  | { readonly type: 'tab'; readonly folder: string }
  | {
      readonly [N in RequestName]: { readonly type: 'ask'; readonly id: number; readonly name: N; readonly asked: Requests[N]['asked'] };
    }[RequestName]
  | { readonly type: 'pause'; readonly on: boolean }
  | { readonly type: 'stop' }
  | { readonly type: 'picture'; readonly camera: Camera; readonly scales: readonly number[] }
  /** What was made of `studied`. */
  | { readonly type: 'drawn'; readonly page: string };

/** A picture of what is being trained. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly step: number;
  /** [height,width,3] */
  readonly rgb: Uint8Array;
}

export type StudioEvent =
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  | { readonly type: 'begun'; readonly run: string; readonly views: RunViews }
  | { readonly type: 'state'; readonly state: LiveState }
  /** The report's page is wanted; the run is held until it comes. */
  | { readonly type: 'studied'; readonly studied: Studied }
  | { readonly type: 'picture'; /** null: it could not be drawn. */ readonly picture: Picture | null };

export type FromStudio =
  | { readonly type: 'event'; readonly event: StudioEvent }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly name: string; readonly message: string; readonly fix: string | undefined };
