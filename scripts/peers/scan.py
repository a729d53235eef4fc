"""
LIF along packed rays: currents [M,C], ray r has count[r] rows, one after the other. H = V + (X - V)/tau, S = 1[H >= threshold], V = (1 - S) H;
backward with the sigmoid's derivative and the reset detached. One Triton program a ray and block of neurons, or a loop over time.
"""

import torch

try:
    import triton
    import triton.language as tl
except ImportError:
    triton = None

if triton is not None:

    @triton.jit
    def forward_kernel(x, h, s, start, count, tau, threshold, channels: tl.constexpr):
        ray = tl.program_id(0)
        lane = tl.arange(0, channels)
        row = tl.load(start + ray)
        v = tl.zeros([channels], tl.float32)
        for _ in range(tl.load(count + ray)):
            at = row * channels + lane
            potential = v + (tl.load(x + at) - v) / tau
            fires = potential >= threshold
            tl.store(h + at, potential)
            tl.store(s + at, fires.to(tl.float32))
            v = tl.where(fires, 0.0, potential)
            row += 1

    @triton.jit
    def backward_kernel(h, gradient, out, start, count, tau, threshold, alpha, channels: tl.constexpr):
        ray = tl.program_id(0)
        lane = tl.arange(0, channels)
        steps = tl.load(count + ray)
        row = tl.load(start + ray) + steps - 1
        dv = tl.zeros([channels], tl.float32)
        for _ in range(steps):
            at = row * channels + lane
            potential = tl.load(h + at)
            sigma = tl.sigmoid(alpha * (potential - threshold))
            dh = tl.load(gradient + at) * alpha * sigma * (1 - sigma) + tl.where(potential >= threshold, 0.0, dv)
            tl.store(out + at, dh / tau)
            dv = dh * (1 - 1 / tau)
            row -= 1


class Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, count, problem):
        start = count.cumsum(0) - count
        ctx.problem, ctx.count, ctx.start = problem, count, start
        if triton is not None and x.is_cuda:
            x = x.contiguous()
            h, s = torch.empty_like(x), torch.empty_like(x)
            forward_kernel[(len(count),)](x, h, s, start, count, problem.tau, problem.threshold, x.shape[1])
        else:
            h, ctx.order = torch.empty_like(x), time_order(count)
            v = x.new_zeros(len(count), x.shape[1])
            for t, rays in enumerate(ctx.order):
                rows = start[rays] + t
                potential = v[rays] + (x[rows] - v[rays]) / problem.tau
                h[rows] = potential
                v[rays] = potential * (potential < problem.threshold)
            s = (h >= problem.threshold).to(x.dtype)
        ctx.save_for_backward(h)
        return s

    @staticmethod
    def backward(ctx, gradient):
        (h,) = ctx.saved_tensors
        problem, count, start = ctx.problem, ctx.count, ctx.start
        if triton is not None and h.is_cuda:
            gradient, out = gradient.contiguous(), torch.empty_like(h)
            settings = (problem.tau, problem.threshold, problem.surrogate_alpha)
            backward_kernel[(len(count),)](h, gradient, out, start, count, *settings, h.shape[1])
            return out, None, None
        sigma = torch.sigmoid(problem.surrogate_alpha * (h - problem.threshold))
        direct = gradient * problem.surrogate_alpha * sigma * (1 - sigma)
        out = torch.empty_like(h)
        dv = h.new_zeros(len(count), h.shape[1])
        for t, rays in reversed(list(enumerate(ctx.order))):
            rows = start[rays] + t
            dh = direct[rows] + dv[rays] * (h[rows] < problem.threshold)
            out[rows] = dh / problem.tau
            dv[rays] = dh * (1 - 1 / problem.tau)
        return out, None, None


def time_order(count):
    """The rays that have a step t, for every t."""
    order = torch.argsort(count, descending=True)
    sizes = count[order]
    longest = int(sizes[0].item()) if len(sizes) > 0 else 0
    alive = [int(n) for n in (sizes[None] > torch.arange(longest, device=count.device)[:, None]).sum(1).tolist()]
    return [order[:n] for n in alive]


def lif_scan(currents, count, problem):
    return Scan.apply(currents, count, problem)
