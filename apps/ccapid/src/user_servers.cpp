// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapid/user_servers.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace costrand::ccapid {

user_servers::user_servers(net::any_io_executor executor, core::random_source &random,
                           ccapi::server_options options, std::uint32_t owner, core::log log)
    : executor_(std::move(executor)),
      random_(random),
      options_(std::move(options)),
      log_(std::move(log)),
      began_(core::now(executor_)) {
    options_.clients = std::min(options_.clients, clients_of_a_user);
    options_.kcm_status = [this, owner](std::uint32_t user) -> std::optional<ccapi::server_status> {
        if (user != owner)
            return std::nullopt;
        return answer_to_owner();
    };
}

ccapi::server &user_servers::of(std::uint32_t user) {
    auto &place = servers_[user];
    if (!place)
        place = std::make_unique<ccapi::server>(executor_, random_, options_, log_);
    return *place;
}

awaitable<void> user_servers::serve(std::unique_ptr<core::message_stream> client,
                                    std::uint32_t user) {
    ++visits_;
    co_await of(user).serve_kcm(std::move(client), user);
    const auto found = servers_.find(user);
    if (found != servers_.end() && found->second->clients() == 0 &&
        found->second->collection().empty())
        servers_.erase(found);
}

awaitable<void> user_servers::until_idle(core::duration rest) const {
    for (;;) {
        const auto before = visits_;
        co_await core::sleep_for(rest);
        if (servers_.empty() && visits_ == before)
            co_return;
    }
}

ccapi::server_status user_servers::status() const {
    ccapi::server_status out;
    for (const auto &[user, server] : servers_) {
        const auto one = server->status();
        out.clients += one.clients;
        out.caches += one.caches;
        out.credentials += one.credentials;
        out.bytes += one.bytes;
        out.users += one.users;
    }
    const auto up = core::now(executor_) - began_;
    out.uptime =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(up).count());
    return out;
}

// Who asks is a connection like any other, and no client.
ccapi::server_status user_servers::answer_to_owner() {
    --visits_;
    auto out = status();
    --out.clients;
    return out;
}

} // namespace costrand::ccapid
