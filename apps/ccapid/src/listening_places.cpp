// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapid/listening_places.hpp>

#include <costrand/core/error.hpp>

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace costrand::ccapid {
namespace {

enum class tongue { ccapi, kcm, unknown };

tongue tongue_of(const std::string &name, const std::string &path, const listening_places &own) {
    if (name == "kcm")
        return tongue::kcm;
    if (own.ccapi && (name == "ccapi" || path == own.ccapi->place.endpoint))
        return tongue::ccapi;
    return own.kcm && path == own.kcm->place.endpoint ? tongue::kcm : tongue::unknown;
}

// Of CCAPI clients that are told of the path: the user's own, as with CCAPI_ENDPOINT.
transports::pipe_place private_place_at(const std::string &path) {
    const transports::pipe_environment told = [&path](const char *variable) {
        return std::strcmp(variable, "CCAPI_ENDPOINT") == 0 ? path.c_str() : nullptr;
    };
    return transports::own_pipe_place(transports::pipe_scope::user, told).value();
}

} // namespace

listening_places sort_sockets(const std::optional<transports::pipe_place> &ccapi,
                              const std::optional<transports::pipe_place> &kcm,
                              std::span<const transports::passed_socket> sockets) {
    listening_places out;
    if (ccapi)
        out.ccapi = listening_place{*ccapi, {}};
    if (kcm)
        out.kcm = listening_place{*kcm, {}};
    for (const auto &[descriptor, name] : sockets) {
        std::string which =
            "the passed socket " + std::to_string(descriptor) + (name.empty() ? "" : " " + name);
        std::string path;
        try {
            path = transports::path_of_listener(descriptor);
        } catch (const system_error &e) {
            throw std::runtime_error(
                which + " is no unix socket with a path that listens: " + e.code().message());
        }
        which += " at " + path;
        const auto spoken = tongue_of(name, path, out);
        if (spoken == tongue::unknown)
            throw std::runtime_error(which + ": its name (FileDescriptorName=) has to be " +
                                     (ccapi ? "ccapi or kcm" : "kcm") +
                                     ", which is what is spoken there");
        if (spoken == tongue::kcm && !out.kcm)
            out.kcm.emplace();
        auto &taken = spoken == tongue::kcm ? *out.kcm : *out.ccapi;
        if (taken.passed)
            throw std::runtime_error(which + ": another one was passed for the same");
        taken.passed = descriptor;
        if (path != taken.place.endpoint)
            taken.place = spoken == tongue::kcm ? transports::pipe_place_at(path).value()
                                                : private_place_at(path);
    }
    return out;
}

std::unique_ptr<transports::pipe_acceptor> listen_at(net::any_io_executor executor,
                                                     const listening_place &at,
                                                     transports::pipe_listen_options how,
                                                     std::string_view told) {
    using transports::pipe_acceptor;
    const core::log log = how.log;
    auto out = at.passed
                   ? std::make_unique<pipe_acceptor>(std::move(executor), at.place, std::move(how),
                                                     *at.passed)
                   : std::make_unique<pipe_acceptor>(std::move(executor), at.place, std::move(how));
    log.info("ccapid", told, at.place.endpoint, at.passed ? ", passed by the service manager" : "");
    return out;
}

} // namespace costrand::ccapid
