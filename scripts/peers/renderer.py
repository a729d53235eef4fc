"""
A renderer written from docs/model.md and docs/neurons.md alone, in plain Python without a library: slow, in double precision, and independent
of everything else here. Reads a problem from stdin as JSON (field, network, rays in the field's space) and writes what the rays show and what
was counted. test/conformance/independent-renderer.test.ts compares it with the kernels.
"""

import json
import math
import sys

MIN_TRANSMITTANCE = 1e-3
MASK = 0xFFFFFFFF


def walk(p, o, d):
    """Section 1, 8, 9: (step index, distance along the ray, place) of every step, and the distance at the far end."""
    if p["space"] == "unbounded":
        n = math.floor(2 / p["stepLength"]) + 1
        inverse = lambda j: 1 / (1 - (127 / 128) * j / n)
        at = lambda i: (i + 0.5) * 2 / n if i < n else inverse(i - n) + inverse(i - n + 1)
        steps, before, moved = [], None, 0.0
        for i in range(2 * n):
            t = at(i)
            if t < p["near"]:
                continue
            world = [o[k] + d[k] * t for k in range(3)]
            norm = max(map(abs, world))
            place = world if norm <= 1 else [x / norm * (1.2 - 0.2 / norm) for x in world]
            if norm > 1:
                moved += math.dist(place, before) if before else 0.0
            before = place
            if norm > 1 and moved <= 0.95 * p["stepLength"]:
                continue
            moved = 0.0
            steps.append((i, t, place))
        return steps, at(2 * n - 1)
    low, high = p["near"], math.inf if p["space"] == "bounded" else 1.0
    for k in range(3):
        speed = d[k] if abs(d[k]) >= 1e-9 else 1e-9
        a, b = (p["min"][k] - o[k]) / speed, (p["max"][k] - o[k]) / speed
        low, high = max(low, min(a, b)), min(high, max(a, b))
    if high <= low:
        return [], 0.0
    scale = math.hypot(*d) if p["space"] == "bounded" else 1.0
    first, last = scale * low, scale * high
    steps = []
    while first + len(steps) * p["stepLength"] < last:
        t = first + len(steps) * p["stepLength"]
        steps.append((len(steps), t, [o[k] + d[k] * t / scale for k in range(3)]))
    return steps, last


def locate(p, place):
    """Nearest grid point, and the eight around with their weights."""
    size = p["size"]
    g = [(place[k] - p["min"][k]) * (size[k] - 1) / (p["max"][k] - p["min"][k]) for k in range(3)]
    g = [min(max(g[k], 0.0), size[k] - 1.0) for k in range(3)]
    if p["space"] == "ndc" and abs(g[2] - round(g[2])) < 1e-3:
        g[2] = float(round(g[2]))
    index = lambda x, y, z: x + size[0] * (y + size[1] * z)
    base = [min(math.floor(g[k]), size[k] - 2) for k in range(3)]
    f = [g[k] - base[k] for k in range(3)]
    corners = []
    for c in range(8):
        bit = [c & 1, c >> 1 & 1, c >> 2]
        weight = math.prod(f[k] if bit[k] else 1 - f[k] for k in range(3))
        corners.append((index(*(base[k] + bit[k] for k in range(3))), weight))
    return index(*(math.floor(g[k] + 0.5) for k in range(3))), corners


def neuron(name, q):
    """Section 3 and docs/neurons.md: (potential, spike) of a step; V, or the two reset currents of hetsyn, are the state."""
    leaky = lambda x, v: v + (x - v) / q["tau"]
    hard = lambda h, s: 0.0 if s else h

    def binary(charge):
        def step(x, v):
            h = charge(x, v)
            s = int(h >= q["threshold"])
            return s, hard(h, s)
        return step

    def ternary(x, v):
        h = leaky(x, v)
        s = int(h >= q["threshold"]) + int(h >= q["threshold"] + q["margin"])
        return s, min(q["threshold"], h - q["margin"] * s)

    def signed(x, v):
        h = leaky(x, v)
        s = int(h >= q["threshold"]) - int(-h >= q["threshold"])
        return s, hard(h, s)

    def glif(x, v):
        h = v - (1 - q["alpha"]) * q["leak"] + x * (1 - q["beta"] * (1 - q["conductance"]))
        s = int(h >= q["threshold"])
        kept = (1 - q["alpha"] * (1 - q["tau"])) * h * (1 - q["gamma"] * s)
        return s, kept - (1 - q["gamma"]) * q["resetBy"] * s

    def rounded(most):
        def step(x, v):
            h = q["leak"] * v + x
            s = min(max(math.floor(h + 0.5), 0), most)
            return s, min(max(h - s, -0.5), 0.5)
        return step

    def hetsyn(x, currents):
        reset, fatigue = currents or (0.0, 0.0)
        s = int(x - reset - fatigue >= q["threshold"])
        return s, (q["kappa"] * reset + q["threshold"] * s, q["adaptationDecay"] * fatigue + q["adaptation"] * s)

    def learned_bits(x, v):
        h = v / q["tau"] + x
        z = h / q["step"]
        s = int(z > 0.5) if q["bits"] == 1 else min(max(math.floor(z + 0.5), 0), 2 ** round(q["bits"]) - 1)
        half = q["step"] / 2
        return s, min(max(h - q["step"] * s, -half), half)

    return {
        "three-bit": rounded(7), "four-bit": rounded(15), "hetsyn": hetsyn, "learned-bits": learned_bits,
        "lif": binary(leaky), "lif-regulated": binary(leaky), "plif": binary(leaky), "ltmd": binary(leaky), "if": binary(lambda x, v: v + x),
        "ternary": ternary, "ternary-signed": signed, "glif": glif, "glif-layer": glif,
    }[name]


def times(x, w, width):
    return [sum(a * w[i * width + j] for i, a in enumerate(x) if a) for j in range(width)]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def hash32(x):
    x = (x ^ x >> 16) * 0x21F0AAAD & MASK
    x = (x ^ x >> 15) * 0xD35A2D97 & MASK
    return x ^ x >> 15


def view_terms(d, frequencies):
    length = math.hypot(*d)
    u = [x / length for x in d]
    waves = [x * 2**k for x in u for k in range(frequencies)]
    return u + [math.sin(x) for x in waves] + [math.cos(x) for x in waves]


def shade(p, counts, ray, view, samples):
    """Colours of a ray's network samples: [(step index, features)] from near to far."""
    net = p["network"]
    if net is None:
        return [[sigmoid(c) for c in features] for _, features in samples]
    width, relu = net["width"], net["neuron"] == "relu"
    inputs = [input_spikes(net, counts, features, view, i == 0) for i, (_, features) in enumerate(samples)]
    order = list(range(len(samples)))
    if net["order"] == "far-to-near" and not relu:
        order.reverse()
    # Time steps: (sample or None, input), and whether membranes begin anew.
    steps = []
    if net["temporal"] == "repeat" and not relu:
        for m in order:
            for t in range(net["repeats"]):
                steps.append((m, encode(net, p, ray, samples[m][0], t, inputs[m], counts), t == 0))
    else:
        for i, m in enumerate(order):
            if i and net["temporal"] == "pad" and not relu:
                gap = abs(samples[m][0] - samples[order[i - 1]][0]) - 1
                steps += [(None, [0.0] * len(inputs[m]), False)] * gap
            steps.append((m, inputs[m], i == 0))
    logits = [[0.0] * 3 for _ in samples]
    state = None
    for m, x, anew in steps:
        counts["timeSteps"] += 1
        state = [[0.0] * width, [0.0] * width] if anew else state
        for layer in range(2):
            x = times(x, p["weights"][layer], width)
            if relu:
                x = [max(0.0, a) for a in x]
                spikes = [int(a > 0) for a in x]
            else:
                spikes = []
                for c, a in enumerate(x):
                    step = neuron(net["neuron"], {k: v[c % len(v)] for k, v in net["parameters"][layer].items()})
                    s, state[layer][c] = step(a, state[layer][c])
                    spikes.append(s)
                x = [s * net["amplitude"][layer] for s in spikes]
            counts["spikes"][layer] += sum(map(abs, spikes))
            counts["active"][layer] += sum(s != 0 for s in spikes)
            counts["negative"][layer] += sum(s < 0 for s in spikes)
            counts["bits"][layer] += sum(bin(s).count("1") for s in spikes)
        if m is not None:
            shown = net["repeats"] if net["temporal"] == "repeat" and not relu else 1
            logits[m] = [a + b / shown for a, b in zip(logits[m], times(x, p["weights"][2], 3))]
    return [[sigmoid(c) for c in row] for row in logits]


def input_spikes(net, counts, features, view, first):
    """Inputs of a sample, with spikes in front of layer 1 where the network has them. View terms count with the first sample of a ray."""
    levels = [net.get("featureLevels", 0)] * len(features) + [net.get("viewLevels", 0)] * len(view)
    if net["neuron"] == "relu" or net["encoding"] == "poisson" or not any(levels):
        return features + view
    x = []
    for c, (a, n) in enumerate(zip(features + view, levels)):
        if n == 0:
            x.append(a)
            continue
        step = net["inputSteps"][c] if c < len(features) else 1 / n
        s = max(-n, min(n, round(a / step)))
        once = c < len(features) or first
        counts["inputSpikes"] += abs(s) if once else 0
        counts["inputBits" if once else "repeatedViewBits"] += bin(s).count("1")
        x.append(s * step)
    return x


def encode(net, p, ray, step, t, x, counts):
    """Poisson encoding, where it is asked for."""
    if net["encoding"] == "direct":
        return x
    low, high = net["inputRange"]
    key = p["noiseSeed"] ^ hash32((ray * 0x9E3779B1 & MASK) ^ hash32(step * 64 + t))
    noise = [(hash32(key ^ (c * 0x85EBCA6B & MASK)) >> 8) / 2**24 for c in range(len(x))]
    fired = [float(u < min(max((a - low) / (high - low), 0.0), 1.0)) for u, a in zip(noise, x)]
    counts["inputSpikes"] += sum(map(int, fired))
    counts["inputBits"] += sum(map(int, fired))
    return fired


def render(p):
    counts = {"densityEvaluations": 0, "densitySamples": 0, "samples": 0, "timeSteps": 0, "spannedSteps": 0}
    counts |= {"activeRays": 0, "spikes": [0, 0], "active": [0, 0], "negative": [0, 0], "bits": [0, 0], "inputSpikes": 0, "inputBits": 0, "repeatedViewBits": 0}
    out = {"rgb": [], "depth": [], "opacity": [], "samples": []}
    channels = p["channels"]
    for ray in range(p["rays"]):
        o, d, v = (p[name][3 * ray : 3 * ray + 3] for name in ("origins", "directions", "viewDirections"))
        steps, end = walk(p, o, d)
        transmittance, depth, weights, samples = 1.0, 0.0, [], []
        for index, t, place in steps:
            nearest, corners = locate(p, place)
            if not p["occupancy"][nearest]:
                continue
            counts["densityEvaluations"] += 1
            s = sum(w * p["density"][i] for i, w in corners)
            alpha = 1 - (1 + math.exp(s + p["densityShift"])) ** -p["interval"]
            if alpha <= p["alphaThreshold"]:
                continue
            counts["densitySamples"] += 1
            weight = transmittance * alpha
            depth += weight * t
            if weight > p["weightThreshold"]:
                features = [sum(w * p["features"][i * channels + c] for i, w in corners) for c in range(channels)]
                weights.append(weight)
                samples.append((index, features))
            transmittance *= 1 - alpha
            if transmittance < MIN_TRANSMITTANCE:
                break
        if samples:
            counts["activeRays"] += 1
            counts["samples"] += len(samples)
            counts["spannedSteps"] += samples[-1][0] - samples[0][0] + 1
        view = view_terms(v, p["network"]["viewFrequencies"]) if p["network"] else []
        colours = shade(p, counts, ray, view, samples)
        out["rgb"] += [sum(w * c[k] for w, c in zip(weights, colours)) + transmittance * p["background"][k] for k in range(3)]
        out["depth"].append(depth + transmittance * end)
        out["opacity"].append(1 - transmittance)
        out["samples"].append(len(samples))
    return {"counts": counts, **out}


json.dump(render(json.load(sys.stdin)), sys.stdout)
