// SPDX-License-Identifier: Apache-2.0
// Admin control mode over TLS only, against answers that the test writes: the calls, their order
// and what is made of each answer. TLS itself is the dialer's business and left out.
#include <costrand/wsman/admin_setup.hpp>

#include "../wsman/client_rig.hpp"
#include "pfx_maker.hpp"

#include <costrand/core/error.hpp>
#include <costrand/wsman/envelope.hpp>

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using wsman::control_mode;
using wsman::setup_errc;
using wsman::setup_step;

namespace {

constexpr std::string_view password = "P@ssw0rd", mebx = "M&<bx>0x1";
// HA1 of wsman.md 2.3's example, 79d3ee92009b75d66bd8179bf8e11450, its 16 bytes in base64.
constexpr std::string_view digest = "edPukgCbddZr2Beb+OEUUA==";

// A device that says yes, unless the test wants something else.
struct scripted_amt {
    explicit scripted_amt(net::any_io_executor ex)
        : server(ex, [this](const wsman::http_request &r, std::size_t) { return answer(r); }),
          amt(server.dialer(), wsman::client_options(), *random, core::log()) {
        means.read_mode = [this] { return read_mode(); };
        means.stop_configuration = [this] { return stop(); };
    }
    scripted_amt(const scripted_amt &) = delete;
    scripted_amt &operator=(const scripted_amt &) = delete;

    scripted_answer answer(const wsman::http_request &r) {
        if (auto no = entrance.refuses(r))
            return *no;
        const auto q = wsman::parse_request(r.body).value();
        const auto name = q.op == wsman::operation::get ? std::string("Get") : q.method;
        calls.push_back(name);
        if (q.body)
            last[name] = *q.body;
        const auto value =
            values.contains(name) && !values[name].empty() ? values[name].front() : 0;
        if (values.contains(name) && !values[name].empty())
            values[name].erase(values[name].begin());
        if (name == "CommitChanges" && value == 0)
            mode = control_mode::admin;
        if (name == lost)
            return {"", afterwards::end};
        wsman::reply_envelope reply;
        reply.relates_to = q.message_id;
        reply.action = q.action + "Response";
        reply.resource_uri = q.resource_uri;
        reply.body_namespaces = {q.resource_uri};
        reply.body = name == "Get"
                         ? "<g:AMT_GeneralSettings><g:DigestRealm>" + std::string(amt_realm) +
                               "</g:DigestRealm></g:AMT_GeneralSettings>"
                         : "<g:" + name + "_OUTPUT><g:ReturnValue>" + std::to_string(value) +
                               "</g:ReturnValue></g:" + name + "_OUTPUT>";
        return {ok_answer(*wsman::build_reply(reply)), afterwards::stay};
    }

    awaitable<control_mode> read_mode() { co_return mode; }
    awaitable<void> stop() {
        ++stops;
        co_return;
    }
    awaitable<void> start(wsman::leaf_hash ours) {
        ++starts;
        shown = std::move(ours);
        if (starts <= failing_starts)
            throw system_error(net::error::broken_pipe);
        co_return;
    }

    wsman::tls_admin_activation request() {
        const auto who = chain_maker().make();
        wsman::provisioning_certificate certificate;
        certificate.chain = who.chain;
        certificate.key = who.key;
        wsman::tls_admin_activation out(std::move(certificate), core::secret(password));
        out.now = noon;
        out.trust.dns_suffix = "corp.example";
        wsman::trusted_hash root;
        root.algorithm = 2;
        root.hash = sim::sha256_of(who.chain.back());
        out.trust.hashes.push_back(std::move(root));
        out.start = [this](wsman::leaf_hash ours) { return start(std::move(ours)); };
        return out;
    }

    awaitable<void> run(wsman::tls_admin_activation what) {
        try {
            done = co_await wsman::activate_admin_over_tls(amt, std::move(what), means);
        } catch (const wsman::setup_error &e) {
            failed = e;
        }
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(3);
    door entrance{{std::string(amt_realm)}};
    std::vector<std::string> calls;
    std::map<std::string, wsman::xml_element> last;
    std::map<std::string, std::vector<std::uint32_t>> values; // of a method, call by call
    std::string lost;                                         // its answer
    control_mode mode = control_mode::none;
    int starts = 0, failing_starts = 0, stops = 0;
    wsman::leaf_hash shown;
    scripted_server server;
    wsman::client amt;
    wsman::setup_means means;
    std::optional<wsman::setup_result> done;
    std::optional<wsman::setup_error> failed;
};

void scripted(const std::function<awaitable<void>(scripted_amt &)> &body) {
    run_coro(
        [&body](coro_environment env) -> awaitable<void> {
            scripted_amt device(env.executor);
            co_await body(device);
        },
        10);
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("over TLS the start comes first, then admin's entry and the commit") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        const auto what = d.request();
        co_await d.run(what);
        REQUIRE(d.done);
        CHECK(d.done->before == control_mode::none);
        CHECK(d.done->after == control_mode::admin);
        CHECK(d.starts == 1);
        CHECK(d.shown.algorithm == 2);
        CHECK(d.shown.hash == sim::sha256_of(what.certificate.chain.front()));
        CHECK(d.calls == names{"Get", "SetAdminAclEntryEx", "CommitChanges"});
        CHECK(d.last["SetAdminAclEntryEx"].value("Username") == "admin");
        CHECK(d.last["SetAdminAclEntryEx"].value("DigestPassword") == digest);
        CHECK(d.stops == 0);
    });
}

TEST_CASE("a MEBx password is set before the commit, whatever its characters") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        auto what = d.request();
        what.mebx_password = core::secret(mebx);
        co_await d.run(std::move(what));
        REQUIRE(d.done);
        CHECK(d.calls == names{"Get", "SetAdminAclEntryEx", "SetMEBxPassword", "CommitChanges"});
        CHECK(d.last["SetMEBxPassword"].value("Password") == mebx);
    });
}

TEST_CASE("a device that wants a MEBx password (2057) is given the AMT password, once") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.values["CommitChanges"] = {2057};
        co_await d.run(d.request());
        REQUIRE(d.done);
        CHECK(d.calls == names{"Get", "SetAdminAclEntryEx", "CommitChanges", "SetMEBxPassword",
                               "CommitChanges"});
        CHECK(d.last["SetMEBxPassword"].value("Password") == password);
    });
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.values["CommitChanges"] = {2057, 2057};
        co_await d.run(d.request());
        REQUIRE(d.failed);
        CHECK(d.failed->step() == setup_step::commit);
        CHECK(d.failed->return_value() == 2057u);
        CHECK(d.stops == 1);
    });
}

TEST_CASE("a start that fails is tried three times, two seconds apart") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        const auto ex = co_await net::this_coro::executor;
        const auto begun = core::now(ex);
        d.failing_starts = 2;
        co_await d.run(d.request());
        CHECK(d.done);
        CHECK(d.starts == 3);
        CHECK(core::now(ex) - begun >= 4s);
        CHECK(core::now(ex) - begun < 5s);
    });
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.failing_starts = 3;
        co_await d.run(d.request());
        REQUIRE(d.failed);
        CHECK(d.failed->step() == setup_step::start_configuration);
        CHECK(d.failed->code() == net::error::broken_pipe);
        CHECK(d.calls.empty());
        CHECK(d.stops == 1); // one of the starts may have been heard
    });
}

TEST_CASE("a commit whose answer is lost is a success when the device is in admin control mode") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.lost = "CommitChanges";
        co_await d.run(d.request());
        REQUIRE(d.done);
        REQUIRE(d.done->in_spite_of);
        CHECK(d.done->in_spite_of->code == wsman::errc::reply_lost);
        CHECK(d.calls == names{"Get", "SetAdminAclEntryEx", "CommitChanges", "Get"});
        CHECK(d.stops == 0);
    });
}

TEST_CASE("any failure before the commit stops the configuration") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.values["SetAdminAclEntryEx"] = {1};
        co_await d.run(d.request());
        REQUIRE(d.failed);
        CHECK(d.failed->step() == setup_step::set_up);
        CHECK(d.failed->mode() == control_mode::none);
        CHECK(d.calls == names{"Get", "SetAdminAclEntryEx"});
        CHECK(d.stops == 1);
    });
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.values["SetMEBxPassword"] = {2054};
        auto what = d.request();
        what.mebx_password = core::secret(mebx);
        co_await d.run(std::move(what));
        REQUIRE(d.failed);
        CHECK(d.failed->step() == setup_step::set_mebx_password);
        CHECK(d.failed->text().find("2054 (INVALID_PASSWORD)") != std::string::npos);
        CHECK(d.stops == 1);
    });
    scripted([](scripted_amt &d) -> awaitable<void> {
        d.entrance.password = "Another!1";
        co_await d.run(d.request());
        REQUIRE(d.failed);
        CHECK(d.failed->code() == wsman::errc::unauthorized);
        CHECK(d.failed->step() == setup_step::read_general_settings);
        CHECK(d.stops == 1);
    });
}

TEST_CASE("what can be known before is refused before the configuration is started") {
    scripted([](scripted_amt &d) -> awaitable<void> {
        auto what = d.request();
        what.mebx_password = core::secret("weak");
        co_await d.run(std::move(what));
        REQUIRE(d.failed);
        CHECK(d.failed->code() == setup_errc::password_unacceptable);
        d.failed.reset();
        auto foreign = d.request();
        foreign.trust.dns_suffix = "other.example";
        co_await d.run(std::move(foreign));
        REQUIRE(d.failed);
        CHECK(d.failed->code() == setup_errc::suffix_mismatch);
        d.failed.reset();
        d.mode = control_mode::client;
        co_await d.run(d.request());
        REQUIRE(d.failed);
        CHECK(d.failed->code() == setup_errc::already_activated);
        CHECK(d.starts == 0);
        CHECK(d.stops == 0);
    });
}

TEST_CASE("the chain for the TLS client is the whole one, leaf first") {
    wsman::provisioning_certificate certificate;
    certificate.chain = chain_maker().make().chain;
    CHECK(wsman::chain_pem(certificate) == sim::chain_pem(certificate.chain));
}

TEST_CASE("a certificate is compared with a hash by the algorithm that goes with it") {
    const auto leaf = chain_maker().make().chain.front();
    wsman::leaf_hash told;
    told.algorithm = 2;
    told.hash = sim::sha256_of(leaf);
    CHECK(wsman::has_hash(leaf, told));
    told.algorithm = 3;
    CHECK(!wsman::has_hash(leaf, told));
    told.hash = sim::sha384_of(leaf);
    CHECK(wsman::has_hash(leaf, told));
    told.hash[0] ^= std::byte{1};
    CHECK(!wsman::has_hash(leaf, told));
    CHECK(!wsman::has_hash(leaf, wsman::leaf_hash()));
}
