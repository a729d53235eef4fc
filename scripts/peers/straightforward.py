"""
The field as papers' code is written: tensors padded to the longest ray, a Python loop over time steps, autograd with a surrogate, dense gradients
of the grids and an Adam that skips zero gradients (DVGO's MaskedAdam, in tensor operations).
"""

import torch
import torch.nn.functional as F

from problem import MIN_TRANSMITTANCE, box, encode_views, log_transmittance, loss_terms, ray_spans


class Spike(torch.autograd.Function):
    """1[h >= threshold] with the derivative of a sigmoid."""

    @staticmethod
    def forward(ctx, h, threshold, alpha):
        ctx.save_for_backward(h)
        ctx.threshold, ctx.alpha = threshold, alpha
        return (h >= threshold).float()

    @staticmethod
    def backward(ctx, gradient):
        (h,) = ctx.saved_tensors
        s = torch.sigmoid(ctx.alpha * (h - ctx.threshold))
        return gradient * ctx.alpha * s * (1 - s), None, None


class Straightforward:
    name = "straightforward"

    def __init__(self, problem):
        self.problem = problem
        t = problem.tensors
        nx, ny, nz = problem.size
        self.density = t["density"].reshape(1, 1, nz, ny, nx).clone().requires_grad_()
        self.features = t["features"].reshape(nz, ny, nx, -1).permute(3, 0, 1, 2)[None].contiguous().requires_grad_()
        self.occupancy = t["occupancy"].bool()
        self.weights = [t[name].clone().requires_grad_() for name in ("w1", "w2", "w3")]
        self.low, self.high = box(problem)
        self.moments = {}

    def parameters(self):
        rates = self.problem.settings["learningRates"]
        return [(self.density, rates["density"], True), (self.features, rates["features"], True)] + [
            (w, rates["network"], False) for w in self.weights
        ]

    def sample_grid(self, grid, points):
        """Trilinear, [M,C]; points [M,3] world."""
        coordinates = (points - self.low) / (self.high - self.low) * 2 - 1
        found = F.grid_sample(grid, coordinates.reshape(1, 1, 1, -1, 3), mode="bilinear", padding_mode="border", align_corners=True)
        return found.reshape(grid.shape[1], -1).T

    def neuron(self, currents):
        """LIF over the first axis of currents [T,N,C]."""
        p = self.problem
        v, spikes = torch.zeros_like(currents[0]), []
        for current in currents:
            h = v + (current - v) / p.tau
            s = Spike.apply(h, p.threshold, p.surrogate_alpha)
            v = h * (1 - s.detach())
            spikes.append(s)
        return torch.stack(spikes)

    def render(self, origins, directions, background):
        p, spec = self.problem, self.problem.spec
        enter, leave = ray_spans(p, origins, directions)
        length = directions.norm(dim=1)
        unit = directions / length[:, None]
        steps = int(torch.ceil(((leave - enter).clamp(min=0) * length / spec["stepLength"]).max()).item())
        i = torch.arange(max(steps, 1), device=origins.device)
        along = i * spec["stepLength"]
        exists = (length * enter)[:, None] + along < (length * leave)[:, None]
        points = (origins + directions * enter[:, None])[:, None] + unit[:, None] * along[None, :, None]

        size = torch.tensor(p.size, device=origins.device)
        cell = ((points - self.low) / (self.high - self.low) * (size - 1)).clamp(min=torch.zeros(3, device=size.device), max=size - 1)
        nearest = (cell + 0.5).floor().long()
        exists &= self.occupancy[nearest[..., 0] + size[0] * (nearest[..., 1] + size[1] * nearest[..., 2])]
        alpha = torch.zeros(exists.shape, device=origins.device)
        alpha[exists] = -torch.expm1(log_transmittance(p, self.sample_grid(self.density, points[exists])[:, 0]))
        alpha = torch.where(alpha > spec["alphaThreshold"], alpha, torch.zeros_like(alpha))

        ahead = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha], 1), 1)
        alive = ahead[:, :-1] >= MIN_TRANSMITTANCE
        weight = torch.where(alive, ahead[:, :-1] * alpha, torch.zeros_like(alpha))
        last = torch.where(alive, 1 - alpha, torch.ones_like(alpha)).prod(1)

        shown = weight > spec["weightThreshold"]
        ray, step = shown.nonzero(as_tuple=True)
        rank = (shown.cumsum(1) - 1)[ray, step]
        views = encode_views(directions, spec["network"]["viewFrequencies"])
        inputs = torch.cat([self.sample_grid(self.features, points[shown]), views[ray]], 1)
        longest = int(shown.sum(1).max().item()) if len(ray) > 0 else 0
        padded = torch.zeros(longest, len(origins), inputs.shape[1], device=origins.device).index_put((rank, ray), inputs)
        if longest > 0:
            s1 = self.neuron(padded @ self.weights[0])
            s2 = self.neuron(s1 @ self.weights[1])
            rgb = torch.sigmoid((s2 @ self.weights[2])[rank, ray])
            spikes = [s[rank, ray].mean() for s in (s1, s2)]
        else:
            rgb, spikes = inputs[:, :3], [0.0, 0.0]
        w = weight[ray, step]
        colour = torch.zeros_like(origins).index_add(0, ray, w[:, None] * rgb) + last[:, None] * background
        return colour, last, w, rgb, ray, spikes

    def train_step(self, t, origins, directions, target, background):
        colour, last, w, rgb, ray, spikes = self.render(origins, directions, background)
        loss = loss_terms(self.problem, colour, last, target, w.detach(), rgb, ray, spikes)
        loss.backward()
        with torch.no_grad():
            self.adam(t)
        return loss.detach(), len(ray)

    def adam(self, t):
        settings = self.problem.settings["adam"]
        b1, b2, epsilon = settings["beta1"], settings["beta2"], settings["epsilon"]
        scale = (1 - b2**t) ** 0.5 / (1 - b1**t)
        for index, (parameter, rate, skips) in enumerate(self.parameters()):
            g = parameter.grad
            m, v = self.moments.setdefault(index, (torch.zeros_like(g), torch.zeros_like(g)))
            m_new, v_new = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
            step = rate * scale * m_new / (v_new.sqrt() + epsilon)
            if skips:
                touched = g != 0
                m_new, v_new = torch.where(touched, m_new, m), torch.where(touched, v_new, v)
                step = torch.where(touched, step, torch.zeros_like(step))
            m.copy_(m_new)
            v.copy_(v_new)
            parameter -= step
            parameter.grad = None
