// SPDX-License-Identifier: Apache-2.0
#include "server_failure.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/log.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/transports/websocket.hpp>

namespace costrand::activate {

std::string way_words(const settings &options) {
    if (!options.proxy)
        return {};
    return " through the proxy " + options.proxy->where.name() + " (" + options.proxy->from + ")";
}

std::string server_and_way(const settings &options) {
    return options.server.text + way_words(options);
}

failure explain_server(const std::exception_ptr &thrown, const settings &options) {
    const std::string subject = "connecting to " + server_and_way(options);
    try {
        std::rethrow_exception(thrown);
    } catch (const transports::upgrade_error &e) {
        failure out = explain(e.code(), subject, "HTTP status " + std::to_string(e.status()));
        if (e.status() >= 500)
            out = {exit_code::generic_failure,
                   subject + ": the server, or what stands before it, does not work (HTTP status " +
                       std::to_string(e.status()) + "): look at it, then try again"};
        if (e.status() == 401 || e.status() == 403 || e.status() == 407)
            out = {exit_code::rps_authentication_failed,
                   subject +
                       ": the server, or a proxy before it, refuses this client (HTTP "
                       "status " +
                       std::to_string(e.status()) + ")"};
        return out;
    } catch (const system_error &e) {
        const auto limit = transports::websocket_options().handshake_limit;
        if (e.code() == core::errc::timed_out)
            return {exit_code::generic_failure,
                    subject + ": no connection " + core::concat("within ", limit) +
                        (options.proxy
                             ? ": check host and port of both, and that the proxy is of this "
                               "kind"
                             : ": check host, port and the firewalls between")};
        return explain_way(thrown, subject, limit);
    }
}

failure explain_way(const std::exception_ptr &thrown, const std::string &doing,
                    core::duration limit) {
    try {
        std::rethrow_exception(thrown);
    } catch (const transports::proxy_error &e) {
        return explain(e.code(), doing, e.reason());
    } catch (const transports::tls_error &e) {
        return explain(e.code(), doing, e.reason());
    } catch (const system_error &e) {
        if (e.code() == core::errc::timed_out)
            return {exit_code::generic_failure, doing + core::concat(": no answer within ", limit) +
                                                    ": check host, port, and the proxies and "
                                                    "firewalls between"};
        return explain(e.code(), doing, {});
    }
}

} // namespace costrand::activate
