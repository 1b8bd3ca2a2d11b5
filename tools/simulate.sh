#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the release and plays simulated activations (docs/simulation.md):
#   tools/simulate.sh --seeds 1..1000 [--no-tls-crypto]   many; says how many a second, and what broke
#   tools/simulate.sh --seed 42 --trace                   one, with every line of every side
set -euo pipefail
cd "$(dirname "$0")/.."

{
  cmake --preset release
  cmake --build --preset release --parallel "${COSTRAND_JOBS:-$(nproc)}" --target costrand_simulation
} >&2
exec build/release/test/simulation/costrand_simulation "$@"
