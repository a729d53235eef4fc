"""
The field as fast as we can write it in PyTorch alone: packed samples without padding, the view part of layer 1 once a ray, layer by layer over all
samples with only the neuron in time order, hand-written backward passes of the neuron and of the trilinear gather, gradients of the grids and
Adam only on the voxels that a batch touches. Where Triton is installed the neuron is one kernel a direction, else a loop over the rays that are
still alive.
"""

import torch

from problem import MIN_TRANSMITTANCE, box, encode_views, log_transmittance, loss_terms, ray_spans
from scan import lif_scan


class Gather(torch.autograd.Function):
    """Trilinear: sum of eight rows of table [V,C]. The gradient goes into `grid.gradient`, a buffer that is zero where nothing was touched."""

    @staticmethod
    def forward(ctx, _, grid, corners, weights):
        ctx.grid, ctx.saved = grid, (corners, weights)
        return (grid.table[corners] * weights[..., None]).sum(1)

    @staticmethod
    def backward(ctx, gradient):
        corners, weights = ctx.saved
        grid = ctx.grid
        grid.gradient.index_add_(0, corners.flatten(), (gradient[:, None] * weights[..., None]).flatten(0, 1))
        grid.touched.append(corners.flatten())
        return None, None, None, None


class Grid:
    """A table [V,C] with its gradient, moments, and the voxels that have a gradient."""

    def __init__(self, table):
        self.table = table
        self.gradient, self.m, self.v = (torch.zeros_like(table) for _ in range(3))
        self.touched = []
        # Makes autograd call Gather.backward.
        self.handle = torch.zeros((), device=table.device, requires_grad=True)

    def sample(self, corners, weights):
        return Gather.apply(self.handle, self, corners, weights)

    def update(self, rate, scale, b1, b2, epsilon):
        if not self.touched:
            return
        rows = torch.unique(torch.cat(self.touched))
        self.touched = []
        g, m, v, p = (x[rows] for x in (self.gradient, self.m, self.v, self.table))
        m_new, v_new = torch.lerp(g, m, b1), torch.lerp(g * g, v, b2)
        some = g != 0
        self.table[rows] = torch.where(some, p - rate * scale * m_new / (v_new.sqrt() + epsilon), p)
        self.m[rows] = torch.where(some, m_new, m)
        self.v[rows] = torch.where(some, v_new, v)
        self.gradient[rows] = 0


class Best:
    name = "best"

    def __init__(self, problem):
        self.problem = problem
        t = problem.tensors
        self.density = Grid(t["density"].reshape(-1, 1).clone())
        self.features = Grid(t["features"].clone())
        self.occupancy = t["occupancy"].bool()
        self.weights = [t[name].clone().requires_grad_() for name in ("w1", "w2", "w3")]
        rate = problem.settings["learningRates"]["network"]
        adam = problem.settings["adam"]
        fused = {"fused": True} if t["w1"].is_cuda else {}
        self.optimiser = torch.optim.Adam(self.weights, lr=rate, betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"], **fused)
        self.low, self.high = box(problem)
        self.size = torch.tensor(problem.size, device=self.low.device)
        nx, ny, _ = problem.size
        self.strides = torch.tensor([1, nx, nx * ny], device=self.low.device)
        bits = torch.arange(8, device=self.low.device)
        self.corner_bits = torch.stack([bits & 1, (bits >> 1) & 1, bits >> 2], 1)

    def march(self, origins, directions):
        """Steps at occupied places: ray [S], grid coordinates [S,3]; in the order of rays and steps."""
        spec = self.problem.spec
        enter, leave = ray_spans(self.problem, origins, directions)
        length = directions.norm(dim=1)
        # Steps 0 .. count-1 lie before the far side.
        count = torch.ceil((leave - enter).clamp(min=0) * length / spec["stepLength"]).long()
        ray = torch.repeat_interleave(torch.arange(len(origins), device=origins.device), count)
        step = torch.arange(len(ray), device=origins.device) - (count.cumsum(0) - count)[ray]
        scale = (self.size - 1) / (self.high - self.low)
        first = (origins + directions * enter[:, None] - self.low) * scale
        stride = directions / length[:, None] * spec["stepLength"] * scale
        cell = torch.minimum((first[ray] + stride[ray] * step[:, None]).clamp(min=0), (self.size - 1).float())
        occupied = self.occupancy[((cell + 0.5).long() * self.strides).sum(1)]
        return ray[occupied], cell[occupied]

    def corners(self, cell):
        """Indices and weights of the eight grid points around each place, [S,8]."""
        base = torch.minimum(cell.long(), self.size - 2)
        fraction = cell - base
        index = ((base[:, None] + self.corner_bits) * self.strides).sum(2)
        upper = self.corner_bits.bool()
        return index, torch.where(upper, fraction[:, None], 1 - fraction[:, None]).prod(2)

    def render(self, origins, directions, background):
        p, spec = self.problem, self.problem.spec
        ray, cell = self.march(origins, directions)
        index, trilinear = self.corners(cell)
        logs = log_transmittance(p, self.density.sample(index, trilinear)[:, 0])
        alpha = -torch.expm1(logs)
        kept = (alpha > spec["alphaThreshold"]).nonzero()[:, 0]
        ray, alpha, logs, index, trilinear = (x[kept] for x in (ray, alpha, logs, index, trilinear))

        # Exclusive sums of log(1 - alpha) within a ray: those of all samples less that at the start of the ray. Doubles, since they grow long.
        logs = logs.double()
        inclusive = logs.cumsum(0)
        count = torch.bincount(ray, minlength=len(origins))
        start = count.cumsum(0) - count
        padded = torch.cat([inclusive.new_zeros(1), inclusive])
        ahead = (padded[:-1] - padded[start][ray]).exp().float()
        alive = ahead >= MIN_TRANSMITTANCE
        weight = ahead * alpha * alive
        last = torch.zeros(len(origins), dtype=torch.double, device=ray.device).index_add(0, ray, logs * alive).exp().float()

        shown = (weight > spec["weightThreshold"]).nonzero()[:, 0]
        ray, weight = ray[shown], weight[shown]
        count = torch.bincount(ray, minlength=len(origins))
        views = encode_views(directions, spec["network"]["viewFrequencies"])
        w1, w2, w3 = self.weights
        channels = self.features.table.shape[1]
        currents = self.features.sample(index[shown], trilinear[shown]) @ w1[:channels] + (views @ w1[channels:])[ray]
        s1 = lif_scan(currents, count, p)
        s2 = lif_scan(s1 @ w2, count, p)
        rgb = torch.sigmoid(s2 @ w3)
        colour = torch.zeros_like(origins).index_add(0, ray, weight[:, None] * rgb) + last[:, None] * background
        means = [s.sum() / max(s.numel(), 1) for s in (s1, s2)]
        return colour, last, weight, rgb, ray, means

    def train_step(self, t, origins, directions, target, background):
        colour, last, w, rgb, ray, spikes = self.render(origins, directions, background)
        loss = loss_terms(self.problem, colour, last, target, w.detach(), rgb, ray, spikes)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        with torch.no_grad():
            self.optimiser.step()
            settings, rates = self.problem.settings["adam"], self.problem.settings["learningRates"]
            b1, b2 = settings["beta1"], settings["beta2"]
            scale = (1 - b2**t) ** 0.5 / (1 - b1**t)
            self.density.update(rates["density"], scale, b1, b2, settings["epsilon"])
            self.features.update(rates["features"], scale, b1, b2, settings["epsilon"])
        return loss.detach(), len(ray)
