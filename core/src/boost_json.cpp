// SPDX-License-Identifier: Apache-2.0
// The compiled form of JSON, once for all programs.
#include <boost/json/src.hpp>
