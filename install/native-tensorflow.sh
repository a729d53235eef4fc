#!/usr/bin/env bash
# Makes @tensorflow/tfjs-node-gpu 4.22.0 run without its own download, which many machines cannot reach: its addon (two C++ files, Node-API: one build for
# every Node) is compiled here against the libtensorflow of TensorFlow's wheel on PyPI. Versions are pinned, and what is downloaded is checked.
#
#     native-tensorflow.sh [FOLDER] [--cuda]
#
# FOLDER has, or gets, node_modules; default: this one. Downloads 207 MB and leaves 430 MB. --cuda takes the wheel that computes on NVIDIA GPUs too (475 MB;
# with CUDA 12 and cuDNN 8 libraries where the loader finds them). Linux x64; needs g++, npm, and Python 3 with pip.
set -euo pipefail
package=@tensorflow/tfjs-node-gpu version=4.22.0
integrity=sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==
headers_version=1.9.0 headers_integrity=sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==
tensorflow=2.15.1
wheel=tensorflow-cpu sha256=ba9503db2c5357ea21938555323581fbdabf3d051b6bc1b5f73c5b0ae034d077
folder=.
for word in "$@"; do
  case "$word" in
    --cuda) wheel=tensorflow sha256=ea290e435464cf0794f657b48786e5fa413362abe55ed771c172c25980d070ce ;;
    -*) echo "usage: native-tensorflow.sh [FOLDER] [--cuda]" >&2; exit 2 ;;
    *) folder=$word ;;
  esac
done
fail() { echo "native-tensorflow: $1" >&2; exit 1; }
[ "$(uname -sm)" = 'Linux x86_64' ] || fail "expected Linux x86_64, found $(uname -sm): TensorFlow's wheel is for that one alone"
for program in g++ npm python3; do command -v "$program" >/dev/null || fail "$program is missing (Debian: apt-get install g++ python3-pip)"; done
python3 -m pip --version >/dev/null 2>&1 || fail 'pip is missing (Debian: apt-get install python3-pip)'

mkdir -p "$folder"
folder=$(realpath "$folder")
home=$folder/node_modules/$package
work=$(mktemp -d "${TMPDIR:-/tmp}/native-tensorflow.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A package of npm, of this version and content, unpacked into the folder $3.
unpack() {
  (cd "$work" && npm pack --silent --pack-destination "$work" "$1@$2" >/dev/null)
  local archive
  archive=$(ls "$work"/*.tgz)
  local found
  found=sha512-$(python3 -c 'import base64, hashlib, sys; print(base64.b64encode(hashlib.sha512(open(sys.argv[1], "rb").read()).digest()).decode())' "$archive")
  [ "$found" = "$4" ] || fail "$1@$2: expected $4, found $found"
  mkdir -p "$3"
  tar -xzf "$archive" -C "$3" --strip-components=1
  rm "$archive"
}

# 1. The package, and what it needs in JavaScript. Its install script would remove it again where its download fails.
[ -f "$folder/package.json" ] || echo '{"private":true}' >"$folder/package.json"
(cd "$folder" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$version")
unpack "$package" "$version" "$home" "$integrity"

# 2. The library. The wheel is only unpacked: its Python need not be the one here.
echo "$wheel==$tensorflow --hash=sha256:$sha256" >"$work/requirements.txt"
python3 -m pip download --quiet --no-deps --require-hashes --only-binary=:all: --python-version 310 --implementation cp --abi cp310 \
  --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 --dest "$work" --requirement "$work/requirements.txt"
rm -rf "$home/deps" "$home/lib"
mkdir -p "$home/deps/lib" "$home/lib/napi-v8"
python3 - "$work"/*.whl "$work" <<'PY'
import sys, zipfile
headers = tuple('tensorflow/include/' + name for name in ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/'))
libraries = ('tensorflow/libtensorflow_framework.so.2', 'tensorflow/libtensorflow_cc.so.2')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(headers) or name in libraries])
PY
rm "$work"/*.whl
mv "$work"/tensorflow/libtensorflow_*.so.2 "$home/deps/lib/"
strip --strip-unneeded "$home"/deps/lib/*.so.2 2>/dev/null || true

# 3. The addon, where the package looks for it, with the headers of Node-API beside node, or those of their own package.
headers=$(dirname "$(dirname "$(realpath "$(command -v node)")")")/include/node
if [ ! -f "$headers/node_api.h" ]; then
  unpack node-api-headers "$headers_version" "$work/headers" "$headers_integrity"
  headers=$work/headers/include
fi
cd "$home"
g++ -O2 -std=c++17 -w -shared -fPIC -DNAPI_VERSION=8 -I"$headers" -I. -I"$work/tensorflow/include" binding/tfjs_backend.cc binding/tfjs_binding.cc \
  -o lib/napi-v8/tfjs_binding.node -Wl,--no-as-needed -Ldeps/lib -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
  -Wl,--disable-new-dtags,-rpath,'$ORIGIN/../../deps/lib' -Wl,--allow-shlib-undefined

# 4. Does it run, and is a gradient right?
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=2 node -e "
const util = require('util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require('$package');
const [gradient] = tf.grads((a) => tf.sum(tf.matMul(a, tf.transpose(a))))([tf.tensor2d([[1, 2], [3, 4]])]);
const got = [...gradient.dataSync()].join();
if (got !== '8,12,8,12') throw new Error('wrong gradient: ' + got);
const { binding, isUsingGpuDevice } = tf.backend();
console.log('$package on TensorFlow ' + binding.TF_Version + ', Node ' + process.version + ', ' + (isUsingGpuDevice ? 'GPU' : 'CPU'));
"
