"""
A NIR file read by NIR's own package (github.com/neuromorphs/NIR), and its nodes simulated as NIR defines them: Euler steps of dt = 1 in 32 bits,
node after node along the edges. JSON on stdin: file, inputs [T * I], steps T. test/export/nir.test.ts compares it with the network.
"""

import json
import sys

import nir
import numpy as np


def order(graph):
    """The nodes from input to output, along a chain of edges."""
    following = dict(graph.edges)
    assert len(following) == len(graph.edges) == len(graph.nodes) - 1, "a chain"
    names = ["input"]
    while names[-1] in following:
        names.append(following[names[-1]])
    return names


def main():
    asked = json.load(sys.stdin)
    graph = nir.read(asked["file"])
    inputs = np.array(asked["inputs"], np.float32).reshape(asked["steps"], -1)
    membranes, spikes, logits = {}, {}, []
    for row in inputs:
        x = row
        for name in order(graph):
            node = graph.nodes[name]
            if isinstance(node, nir.Input):
                assert x.shape == tuple(node.input_type["input"])
            elif isinstance(node, nir.Linear):
                x = node.weight @ x
            elif isinstance(node, (nir.LIF, nir.IF)):
                v = membranes.get(name, np.zeros_like(x))
                change = node.r * x if isinstance(node, nir.IF) else (node.v_leak - v + node.r * x) / node.tau
                v = (v + change).astype(np.float32)
                x = (v > node.v_threshold).astype(np.float32)
                membranes[name] = np.where(x > 0, node.v_reset, v).astype(np.float32)
                spikes.setdefault(name, []).extend(x.tolist())
            else:
                assert isinstance(node, nir.Output)
                logits.extend(x.tolist())
    json.dump({"spikes": list(spikes.values()), "logits": logits}, sys.stdout)


main()
