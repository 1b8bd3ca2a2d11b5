// SPDX-License-Identifier: Apache-2.0
// The compiled form of Asio and of its SSL part, once for all programs.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
