#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds the release and makes the Debian packages in build/packages, for the system that
# this runs on. The same sources give the same packages: dates are those of the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh --packages
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

cmake --preset release "-DCMAKE_INSTALL_LIBDIR=lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)" \
  -DCOSTRAND_CCAPID_PATH=/usr/bin/costrand-ccapid
cmake --build --preset release --parallel "${COSTRAND_JOBS:-$(nproc)}" --target \
  core/all transports/all protocols/all sim/all apps/all package_docs
rm -rf build/packages
cpack --config build/release/CPackConfig.cmake -B build/packages
rm -rf build/packages/_CPack_Packages
