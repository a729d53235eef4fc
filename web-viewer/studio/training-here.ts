/** The training of this worker under the page's eyes: pause, stop, and pictures of the field as it is learned. */
import { backgroundColour } from '../../datasets/background.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { drawFrames } from '../../src/frames/draw-frames.ts';
import type { FrameRequest } from '../../src/frames/frame-source.ts';
import { LiveTraining } from '../../src/frames/live-training.ts';
import type { Job } from '../../src/frames/render-queue.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { viewsOfScene } from '../../src/jobs/run-views.ts';
import type { RunFolder } from '../../src/run/run-folder.ts';
import type { StudioEvent } from './studio-messages.ts';

/** Share of the time that pictures of the field may take from its training, and rays that are drawn at a time. */
const PICTURES = 0.05;
const TURN_RAYS = 2048;

/** One a worker. */
export class TrainingHere {
  private readonly tell: (event: StudioEvent) => void;
  /** It may be stopped before it has begun. */
  private readonly abort = new AbortController();
  private live: LiveTraining | null = null;
  private run: RunFolder | null = null;

  constructor(tell: (event: StudioEvent) => void) {
    this.tell = tell;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  watch(run: RunFolder, scene: SceneData): LiveTraining {
    this.run = run;
    this.live = new LiveTraining(run.folder, run.record.config, this.abort.signal, PICTURES);
    this.live.listen((event) => {
      if (event.type === 'state') this.tell({ type: 'state', state: event });
    });
    this.tell({ type: 'begun', run: run.folder.split('/').at(-1)!, views: viewsOfScene(scene) });
    this.tell({ type: 'state', state: this.live.state });
    return this.live;
  }

  pause(on: boolean): void {
    this.live?.pause(on);
  }

  /** Saves, then ends. */
  stop(): void {
    this.abort.abort();
  }

  /** The newest request takes the place of the one before. */
  show(camera: Camera, scales: readonly number[]): void {
    const { live, run } = this;
    const field = live?.field ?? null;
    if (live === null || run === null || field === null) return;
    const background = backgroundColour(run.record.config.scene.background);
    const picture = { camera, output: 'colour', background, crop: null } as const;
    const request: Pick<FrameRequest, 'picture' | 'scales' | 'target'> = {
      picture,
      scales,
      target: {
        take: ({ content, width, height, step }) => {
          if (content.kind === 'colours') this.tell({ type: 'picture', picture: { width, height, step, rgb: content.rgb } });
        },
      },
    };
    const turns = drawFrames(field, request, TURN_RAYS);
    const job: Job = {
      ready: () => true,
      turn: async () => {
        try {
          return (await turns.next()).done === true;
        } catch (error) {
          // Training goes on, and saves: it does not need the picture.
          const text = `the picture cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
          this.tell({ type: 'picture', picture: null });
          this.tell({ type: 'progress', event: { type: 'warning', text } });
          return true;
        }
      },
      dropped: () => undefined,
    };
    live.queue.add('page', 'picture', job);
  }
}
