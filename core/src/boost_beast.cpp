// SPDX-License-Identifier: Apache-2.0
// The compiled form of Beast, once for all programs.
#include <boost/beast/src.hpp>
