// SPDX-License-Identifier: Apache-2.0
// result<T>: what a sans-io function returns when it may fail.
#pragma once

#include <boost/system/result.hpp>

namespace costrand::core {

// A value, or the error_code that says why there is none.
template <typename T>
using result = boost::system::result<T>;

} // namespace costrand::core
