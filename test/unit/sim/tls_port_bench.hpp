// SPDX-License-Identifier: Apache-2.0
// A simulated device with TLS, and programs that reach its ports over LME or the LMS.
#pragma once

#include "device_client.hpp"

#include <costrand/apf/session.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/firmware.hpp>
#include <support/run_coro.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

enum class way { lme, lms };

inline sim::profile tls_enforced() {
    return sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
}

struct tls_bench {
    tls_bench(net::any_io_executor ex, sim::profile p, sim::crypto c, way w = way::lme)
        : tls_bench(ex, p, sim::new_device(p, *core::seeded_random(1), core::now(ex)), std::move(c),
                    w) {}
    tls_bench(net::any_io_executor ex, sim::profile p, sim::device_state state, sim::crypto c,
              way w = way::lme)
        : executor(ex),
          how(w),
          with(std::move(c)),
          random(core::seeded_random(1)),
          device(ex, std::move(p), *random, core::log(), std::move(state), with),
          links(ex) {}

    // The link to LME, and its handshake. May be called again for another link.
    awaitable<void> link_up() {
        session.reset();
        link = co_await device.heci()->connect(heci::client::lme);
        session = std::make_shared<apf::session>(*link, apf::session_options(), core::log());
        links.spawn(run(link, session));
        co_await session->ready();
    }

    awaitable<std::unique_ptr<core::byte_stream>> dial(std::uint16_t port) {
        if (how == way::lms)
            co_return co_await device.dial_lms(port);
        if (!session)
            co_await link_up();
        co_return co_await session->open_channel(port);
    }

    // A TLS connection; the device's chain is left in `chain`.
    awaitable<std::unique_ptr<core::byte_stream>> dial_tls() {
        auto below = co_await dial(16993);
        sim::chain_judge judge = [this](const std::vector<sim::der_bytes> &shown) {
            chain = shown;
            return true;
        };
        co_return co_await with.tls->connect_as(own, std::move(below), std::move(judge));
    }

    device_client client(std::string user, core::secret password) {
        return {[this] { return dial_tls(); }, *random, std::move(user), std::move(password)};
    }
    device_client local_client() { return client("$$OsAdmin", device.state().local_password); }
    device_client admin() { return client("admin", core::secret("P@ssw0rd")); }

    // Whether a client that shows this is answered; by what does not matter.
    awaitable<bool> lets_in(sim::identity shown) {
        own = std::move(shown);
        auto anybody = admin();
        auto calling = anybody.once(get_of("AMT_GeneralSettings"));
        const auto reply = co_await core::as_result(std::move(calling));
        if (!reply && reply.error() == core::cond::cancelled)
            throw system_error(reply.error());
        co_return reply.has_value();
    }

    // Client control mode, without a commit.
    awaitable<void> set_up() {
        auto local = local_client();
        const auto ha1 =
            wsman::digest_ha1("admin", device.state().digest_realm, core::secret("P@ssw0rd"));
        const auto done = co_await local.call(setup_with(ha1->reveal()));
        CHECK(done.soap.return_value() == 0u);
    }
    awaitable<void> commit() {
        auto as_admin = admin();
        const auto done =
            co_await as_admin.call(invoke("AMT_SetupAndConfigurationService", "CommitChanges", ""));
        CHECK(done.soap.return_value() == 0u);
    }

    awaitable<void> end() {
        if (session)
            session->stop();
        co_await links.join();
        device.stop();
        co_await device.run();
        CHECK(device.open_links() == 0);
        CHECK(device.open_channels() == 0);
    }

    // Owns both: a context that is destroyed may end the bench before this.
    static awaitable<void> run(std::shared_ptr<core::message_stream> below,
                               std::shared_ptr<apf::session> one) {
        (void)co_await core::as_result(one->run());
        below->close();
    }

    net::any_io_executor executor;
    way how;
    sim::crypto with;
    std::unique_ptr<core::random_source> random;
    sim::firmware device;
    std::shared_ptr<core::message_stream> link;
    std::shared_ptr<apf::session> session;
    core::task_group links;
    sim::identity own; // what the client shows when it is asked
    std::vector<sim::der_bytes> chain;
};

} // namespace costrand::test
