"""
Times a peer on the problem that `npm run bench:gpu` wrote: python3 run.py PROBLEM.safetensors straightforward|best [--gpu] [--steps N] [--threads N].
Prints JSON: speed of training and rendering, and how far its first loss and colours are from SpikeRay's.
"""

import argparse
import json
import sys
import time

import torch

from best import Best
from problem import load
from straightforward import Straightforward

PEERS = {peer.name: peer for peer in (Straightforward, Best)}
WARM_UP = 5


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("problem")
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--gpu", action="store_true", help="refuse to run on the processor")
    parser.add_argument("--threads", type=int, default=0, help="of the processor; 0: as many as PyTorch likes")
    options = parser.parse_args()
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    if options.gpu and not torch.cuda.is_available():
        sys.exit(f"PyTorch {torch.__version__} sees no GPU")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # As in the WGSL kernels products are f32; TF32 would be another arithmetic.
    torch.backends.cuda.matmul.allow_tf32 = False
    problem = load(options.problem, device)
    peer = PEERS[options.peer](problem)

    with torch.no_grad():
        origins, directions, _, background = problem.batch(0)
        colour = peer.render(origins, directions, background)[0]
    difference = (colour - problem.tensors["expectedColour"]).abs().amax(1)

    losses = []
    for t in range(WARM_UP):
        losses.append(peer.train_step(t + 1, *problem.batch(t % problem.batches))[0].item())
    wait(device)
    began, samples = time.perf_counter(), 0
    for t in range(options.steps):
        samples += peer.train_step(WARM_UP + t + 1, *problem.batch(t % problem.batches))[1]
    wait(device)
    training = time.perf_counter() - began

    with torch.no_grad():
        began = time.perf_counter()
        for t in range(options.steps):
            origins, directions, _, background = problem.batch(t % problem.batches)
            peer.render(origins, directions, background)
        wait(device)
    rendering = time.perf_counter() - began
    rays = options.steps * problem.tensors["origins"].shape[1]
    expected = problem.expected["losses"]
    json.dump(
        {
            "peer": peer.name,
            "torch": torch.__version__,
            "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
            "trainRaysPerSecond": rays / training,
            "trainSamplesPerSecond": samples / training,
            "renderRaysPerSecond": rays / rendering,
            "colourDifference": difference.median().item(),
            "largestColourDifference": difference.max().item(),
            "lossDifference": max(abs(a - b) / b for a, b in zip(losses, expected)),
        },
        sys.stdout,
    )


main()
