"""
The problem that both peers solve (docs/model.md), as `npm run bench:gpu` writes it: a field, batches of rays with their colours, the settings of
a step, and what SpikeRay found for it, so that a peer can show that it computes the same.
"""

import json
import struct
from dataclasses import dataclass

import torch

DTYPES = {"F32": torch.float32, "U8": torch.uint8, "U32": torch.int32}
MIN_TRANSMITTANCE = 1e-3
MIN_DIRECTION = 1e-9


@dataclass
class Problem:
    spec: dict
    settings: dict
    tau: float
    threshold: float
    surrogate_alpha: float
    expected: dict
    tensors: dict

    @property
    def size(self):
        """Grid points along x, y, z."""
        return self.spec["grid"]["size"]

    def batch(self, i):
        """Origins, directions, target and background of batch i, [N,3] each."""
        return [self.tensors[name][i] for name in ("origins", "directions", "target", "background")]

    @property
    def batches(self):
        return self.tensors["origins"].shape[0]


def load(path, device):
    """Reads a .safetensors file: u64 length of the header, header in JSON, data."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    about = json.loads(header.pop("__metadata__")["problem"])
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        data = torch.frombuffer(bytearray(content[begin:end]), dtype=DTYPES[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"]).to(device)
    return Problem(tensors=tensors, **about)


def box(problem):
    low, high = (torch.tensor(problem.spec["grid"][side], device=problem.tensors["density"].device) for side in ("min", "max"))
    return low, high


def ray_spans(problem, origins, directions):
    """Part of each ray inside the box, in units of its direction, [N] each; empty where the second is not greater."""
    low, high = box(problem)
    safe = torch.where(directions.abs() < MIN_DIRECTION, torch.full_like(directions, MIN_DIRECTION), directions)
    a, b = (low - origins) / safe, (high - origins) / safe
    enter = torch.minimum(a, b).amax(1).clamp(min=problem.spec["near"])
    return enter, torch.maximum(a, b).amin(1)


def encode_views(directions, frequencies):
    """[N,3+6F]: u, sin(u 2^k) by axis, cos(u 2^k) by axis."""
    unit = directions / directions.norm(dim=1, keepdim=True)
    scaled = unit[:, :, None] * 2.0 ** torch.arange(frequencies, device=directions.device)
    return torch.cat([unit, scaled.sin().flatten(1), scaled.cos().flatten(1)], 1)


def log_transmittance(problem, density):
    """log(1 - alpha), alpha = 1 - (1 + exp(s + b))^-interval"""
    spec = problem.spec
    return -spec["interval"] * torch.nn.functional.softplus(density + spec["densityShift"], threshold=80)


def loss_terms(problem, colour, last, target, weights, rgb, ray, spikes):
    """
    docs/model.md, section 4. colour [N,3], last [N] transmittance behind the ray, weights [M] detached, rgb [M,3], ray [M] index of each sample's
    ray, spikes: mean spike of both layers.
    """
    terms = problem.settings["loss"]
    loss = (colour - target).square().mean()
    loss = loss + terms["perSample"] * (weights[:, None] * (rgb - target[ray]).square()).sum() / len(target)
    p = last.clamp(1e-6, 1 - 1e-6)
    loss = loss - terms["entropy"] * (p * p.log() + (1 - p) * (1 - p).log()).mean()
    return loss + sum(weight * mean for weight, mean in zip(terms["spikes"], spikes))
