// SPDX-License-Identifier: Apache-2.0
// The only spelling of Asio that costrand uses: the namespace alias, the coroutine type and its
// completion token. Everything else of Asio is included by name where it is needed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

namespace costrand {

namespace net = boost::asio;

using boost::system::error_code;
using boost::system::system_error;

// A coroutine of costrand. It runs on the executor it was spawned on (a session's strand) and
// throws system_error; cancellation is terminal cancellation.
template <typename T>
using awaitable = net::awaitable<T>;

using net::use_awaitable;

} // namespace costrand
