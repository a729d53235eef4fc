"""
A colour network in SpikingJelly 0.0.0.0.14 (Fang et al., Science Advances 2023) on the processor, its spikes and its gradients by PyTorch's autograd
through time. JSON on stdin:

    neuron      "lif", "plif" or "if", hard reset to 0, reset detached, sigmoid surrogate of steepness alpha
    taus        of each hidden layer; threshold, alpha
    weights     [in][out] of each layer, the output layer last; empty: inputs are the currents of one layer, its outputs are what is returned
    inputs      [T][I]
    upstream    [T][outputs]: d loss / d outputs

test/conformance/spikingjelly.test.ts compares them with this project's network.
"""

import json
import sys

import torch
from spikingjelly.activation_based import neuron, surrogate


def node(asked, tau):
    common = {
        "v_threshold": float(asked["threshold"]),
        "v_reset": 0.0,
        "surrogate_function": surrogate.Sigmoid(alpha=asked["alpha"]),
        "detach_reset": True,
        "step_mode": "m",
    }
    if asked["neuron"] == "lif":
        return neuron.LIFNode(tau=tau, decay_input=True, **common)
    if asked["neuron"] == "plif":
        return neuron.ParametricLIFNode(init_tau=tau, decay_input=True, **common)
    return neuron.IFNode(**common)


def main():
    asked = json.load(sys.stdin)
    inputs = torch.tensor(asked["inputs"], requires_grad=True)
    weights = [torch.tensor(matrix, requires_grad=True) for matrix in asked["weights"]]
    nodes = [node(asked, float(tau)) for tau in asked["taus"]]
    spikes, x = [], inputs
    for i, neurons in enumerate(nodes):
        x = neurons(x @ weights[i] if weights else x)
        spikes.append(x)
    outputs = x @ weights[-1] if weights else x
    (outputs * torch.tensor(asked["upstream"])).sum().backward()
    answer = {
        "spikes": [layer.tolist() for layer in spikes],
        "outputs": outputs.tolist(),
        "inputs": inputs.grad.tolist(),
        "weights": [matrix.grad.tolist() for matrix in weights],
        # 1 / tau = sigmoid(w)
        "w": [neurons.w.grad.item() for neurons in nodes] if asked["neuron"] == "plif" else [],
    }
    json.dump(answer, sys.stdout)


main()
