// SPDX-License-Identifier: Apache-2.0
// TLS of an activated device: what it shows and takes afterwards, and what stays when it says no.
#include "device_world.hpp"

#include <costrand/sim/certificates.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/tls.hpp>
#include <costrand/wsman/configure_tls.hpp>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
namespace amt = wsman::amt;
using wsman::tls_mode;

namespace {

constexpr std::int64_t now = 1'790'000'000; // September 2026

using body = std::function<awaitable<void>(device_world &)>;
using change = std::function<void(sim::device_state &)>;

// Its plain port closes when TLS is on.
sim::profile strict_profile() {
    auto out = plain_profile();
    out.tls.keeps_plain = false;
    return out;
}

void in_strict_world(const body &test, const change &prepare = {},
                     const sim::profile &p = strict_profile()) {
    with_admin(test, p, way::lms, prepare);
}

wsman::tls_settings asked(tls_mode mode) {
    wsman::tls_settings out;
    out.mode = mode;
    out.now = [] { return now; };
    return out;
}

struct store {
    std::size_t certificates = 0, keys = 0, contexts = 0;
    friend bool operator==(const store &, const store &) = default;
};
awaitable<store> read_store(wsman::client &from) {
    const auto certificates = co_await wsman::all_instances<amt::public_key_certificate>(from);
    const auto keys = co_await wsman::all_instances<amt::public_private_key_pair>(from);
    const auto contexts = co_await wsman::all_instances<amt::tls_credential_context>(from);
    store out;
    out.certificates = certificates.size();
    out.keys = keys.size();
    out.contexts = contexts.size();
    co_return out;
}

awaitable<amt::tls_setting_data> settings_named(wsman::client &from, std::string id) {
    std::vector<wsman::selector> keys;
    keys.push_back({"InstanceID", std::move(id)});
    return wsman::get_instance<amt::tls_setting_data>(from, std::move(keys));
}

} // namespace

TEST_CASE("TLS on: AMT shows a new certificate for its own key, and its plain port is closed") {
    in_strict_world([](device_world &w) -> awaitable<void> {
        const auto before = co_await read_store(*w.amt);
        (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::server));
        w.amt->disconnect();
        const auto plain = co_await failure(wsman::has_tls(*w.amt, tls_mode::server));
        CHECK(plain); // nobody listens there
        w.over_tls = true;
        const auto holds = co_await wsman::has_tls(*w.amt, tls_mode::server);
        CHECK(holds);
        const auto other = co_await wsman::has_tls(*w.amt, tls_mode::server_and_plain);
        CHECK_FALSE(other);
        REQUIRE(w.shown.size() == 1);
        const auto facts = sim::read_certificate(w.shown.front());
        REQUIRE(facts);
        CHECK(facts->issuer.find("costrand TLS root ") != std::string::npos);
        const auto after = co_await read_store(*w.amt);
        CHECK(after.certificates == before.certificates + 2);
        CHECK(after.keys == before.keys + 1);
        CHECK(after.contexts == 1);
        CHECK(w.calls("AMT_TimeSynchronizationService.SetHighAccuracyTimeSynch") == 1);
    });
}

TEST_CASE("TLS once more: the certificate stays; TLS off: all that was made for it is gone") {
    in_strict_world([](device_world &w) -> awaitable<void> {
        const auto before = co_await read_store(*w.amt);
        (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::server_and_plain));
        const auto first = co_await read_store(*w.amt);
        (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::server_and_plain));
        const auto second = co_await read_store(*w.amt);
        CHECK(first == second);
        CHECK(w.calls("AMT_PublicKeyManagementService.GenerateKeyPair") == 1);
        CHECK(w.calls("AMT_TLSSettingData.Put") == 2);
        (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::off));
        const auto off = co_await wsman::has_tls(*w.amt, tls_mode::off);
        CHECK(off);
        const auto gone = co_await wsman::remove_tls_certificate(*w.amt);
        CHECK(gone == 4); // context, certificate, key, root
        const auto after = co_await read_store(*w.amt);
        CHECK(after == before);
    });
}

TEST_CASE("TLS with a certificate that is too old: a new one is made and shown") {
    in_strict_world([](device_world &w) -> awaitable<void> {
        (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::server_and_plain));
        w.over_tls = true;
        w.amt->disconnect();
        (void)co_await wsman::has_tls(*w.amt, tls_mode::server_and_plain);
        const auto first = w.shown;
        auto later = asked(tls_mode::server_and_plain);
        later.now = [] { return now + 4000 * std::int64_t{86'400}; };
        (void)co_await wsman::set_tls(*w.amt, std::move(later));
        w.amt->disconnect();
        (void)co_await wsman::has_tls(*w.amt, tls_mode::server_and_plain);
        CHECK(w.shown.size() == 1);
        CHECK(w.shown != first);
        CHECK(w.calls("AMT_PublicKeyManagementService.GenerateKeyPair") == 2);
    });
}

TEST_CASE("mutual TLS: clients from the network need a certificate, the host does not") {
    in_strict_world([](device_world &w) -> awaitable<void> {
        (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::mutual));
        w.over_tls = true;
        w.amt->disconnect();
        const auto holds = co_await wsman::has_tls(*w.amt, tls_mode::mutual);
        CHECK(holds);
        const auto network = co_await settings_named(*w.amt, "Intel(r) AMT 802.3 TLS Settings");
        const auto host = co_await settings_named(*w.amt, "Intel(r) AMT LMS TLS Settings");
        CHECK(network.mutual_authentication == true);
        CHECK(host.mutual_authentication == false);
        CHECK(host.enabled == true);
        const auto roots = co_await wsman::count_client_roots(*w.amt);
        CHECK(roots == 0); // whose key somebody has
    });
}

TEST_CASE("a device without plain ports: neither TLS off nor plain connections, before any write") {
    const change no_plain = [](sim::device_state &state) {
        state.objects.change("AMT_TLSSettingData", [](auto &one) {
            sim::set_property(one, "NonSecureConnectionsSupported", "false");
        });
    };
    in_strict_world(
        [](device_world &w) -> awaitable<void> {
            for (const auto mode : {tls_mode::off, tls_mode::server_and_plain}) {
                const auto why = co_await failure(wsman::set_tls(*w.amt, asked(mode)));
                CHECK(why == wsman::errc::method_refused);
            }
            CHECK(w.calls("AMT_TLSSettingData.Put") == 0);
            CHECK(w.calls("AMT_PublicKeyManagementService.GenerateKeyPair") == 0);
            (void)co_await wsman::set_tls(*w.amt, asked(tls_mode::server));
            w.over_tls = true;
            w.amt->disconnect();
            const auto holds = co_await wsman::has_tls(*w.amt, tls_mode::server);
            CHECK(holds);
        },
        no_plain);
}

TEST_CASE("what was given to AMT is taken back when it refuses what comes behind it") {
    for (const char *call :
         {"AMT_PublicKeyManagementService.GenerateKeyPair",
          "AMT_PublicKeyManagementService.AddCertificate", "AMT_TLSCredentialContext.Create"}) {
        CAPTURE(call);
        in_strict_world([call](device_world &w) -> awaitable<void> {
            const auto before = co_await read_store(*w.amt);
            w.device.inject().order(
                sim::fault(sim::fault_kind::soap_fault).on_call(call).saying("QuotaLimit"));
            const auto why = co_await failure(wsman::set_tls(*w.amt, asked(tls_mode::server)));
            CHECK(why == wsman::errc::fault);
            CHECK(w.device.inject().all_acted());
            const auto after = co_await read_store(*w.amt);
            CHECK(after == before);
        });
    }
}

TEST_CASE("the answer of CommitChanges may be lost: the settings are in force in spite of it") {
    in_strict_world([](device_world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_within)
                                    .on_call("AMT_SetupAndConfigurationService.CommitChanges"));
        const auto answered = co_await wsman::set_tls(*w.amt, asked(tls_mode::server));
        CHECK_FALSE(answered);
        w.over_tls = true;
        w.amt->disconnect();
        const auto holds = co_await wsman::has_tls(*w.amt, tls_mode::server);
        CHECK(holds);
    });
}
