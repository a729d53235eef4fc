/** A target whose frames somebody sees first. */
import type { FrameTarget, ShownFrame } from './frame-source.ts';

/** @param before told of each frame; false: the target does not get it */
export function watched({ take, surface }: FrameTarget, before: (frame: ShownFrame) => boolean): FrameTarget {
  return {
    take: (frame) => {
      if (before(frame)) take(frame);
    },
    surface: surface && {
      begin: surface.begin,
      painted: (frame) => {
        if (before(frame)) surface.painted(frame);
      },
    },
  };
}
