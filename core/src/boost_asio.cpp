// SPDX-License-Identifier: Apache-2.0
// The compiled form of Asio, once for all programs.
#include <boost/asio/impl/src.hpp>
