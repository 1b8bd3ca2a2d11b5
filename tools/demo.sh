#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds the release and shows an activation: simulated device, small provisioning server
# and the real client in one process, over real sockets. Arguments go to the program
# (for example: --transport lms, -v, --json).
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh
cmake --preset release
cmake --build --preset release --parallel "${COSTRAND_JOBS:-$(nproc)}" --target costrand-activate
exec build/release/apps/activate/costrand-activate --demo "$@"
