"""
What TensorBoard's own reader finds in a folder of event files. JSON on stdin: folder. test/jobs/training-log.test.ts wrote them.
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(json.load(sys.stdin)["folder"], size_guidance={"images": 0, "histograms": 0})
events.Reload()
h = events.Histograms("rates")[0].histogram_value
image = events.Images("view")[0]
answer = {
    "scalars": [[e.step, e.value, e.wall_time] for e in events.Scalars("train/loss")],
    "histogram": [h.min, h.max, h.num, h.sum, h.sum_squares, sum(h.bucket), len(h.bucket_limit)],
    "image": [image.width, image.height, len(image.encoded_image_string)],
}
json.dump(answer, sys.stdout)
