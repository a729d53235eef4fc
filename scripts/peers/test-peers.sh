#!/usr/bin/env bash
# Compares with programs of others: SpikingJelly, NIR's own package, TensorBoard's reader. They go into a folder of their own, a Python environment that
# also sees what the system has: a PyTorch of the system (Debian: python3-torch) is taken, else pip brings one.
# PYTHON names the Python that it is made with. What is installed is looked for again in every run; nothing else of this machine changes.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=node_modules/.cache/spikeray/peers
[ -e "$folder/bin/python" ] || "${PYTHON:-python3}" -m venv --system-site-packages "$folder"
pip() { "$folder/bin/python" -m pip --disable-pip-version-check install --quiet "$@"; }
pip 'torch>=1.13' numpy tqdm h5py nir==1.0.8 tensorboard==2.21.0
# Without what its examples need.
pip --no-deps spikingjelly==0.0.0.0.14
"$folder/bin/python" -c 'import torch, nir; print("PyTorch", torch.__version__, "NIR", nir.version)'
SPIKERAY_PEERS="$PWD/$folder/bin/python" npx vitest run test/conformance/spikingjelly.test.ts test/export/nir.test.ts test/jobs/training-log.test.ts
