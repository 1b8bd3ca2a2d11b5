// SPDX-License-Identifier: Apache-2.0
// The compiled form of Asio's SSL part, once for all programs that have TLS.
#include <boost/asio/ssl/impl/src.hpp>
