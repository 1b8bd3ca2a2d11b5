// SPDX-License-Identifier: Apache-2.0
// What amtinfo reads of a simulated device, and what it tells when the device does not play along.
#include <costrand/commands/amtinfo.hpp>

#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <support/run_coro.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using commands::info_item;

namespace {

commands::info_selection everything() {
    commands::info_selection out;
    for (std::size_t i = 0; i < commands::info_items; ++i)
        out.add(info_item(i));
    return out;
}

commands::info_selection only(info_item what) {
    commands::info_selection out;
    out.add(what);
    out.by_name = true;
    return out;
}

struct world {
    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::firmware device;
    std::unique_ptr<heci::device> heci;
    std::vector<std::string> log;
    activate::environment env;
    commands::system_facts system;

    world(net::any_io_executor ex, sim::profile p)
        : device(ex, std::move(p), *random, {}),
          heci(device.heci()) {
        env.executor = ex;
        env.device = heci.get();
        env.hostname = [] { return std::string("lab-pc-07"); };
        env.dns_suffix = [] { return suffix(); };
        env.log = core::log(core::log_level::warn,
                            [this](core::log_level, std::string_view, std::string_view line) {
                                log.emplace_back(line);
                            });
        system.smbios_uuid = [] { return std::string("11111111-2222-3333-4444-555555555555"); };
        env.interface_of = [](const std::array<std::byte, 6> &) {
            return activate::os_interface{"192.0.2.99", "255.255.255.0"};
        };
    }
    static awaitable<std::string> suffix() { co_return "lab.example"; }

    awaitable<commands::device_info> read(commands::info_selection show) {
        auto info = co_await commands::read_device_info(env, system, show);
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        device.stop();
        co_await device.run();
        co_return info;
    }
};

int code_of(const commands::device_info &info) {
    return info.failure ? static_cast<int>(info.failure->code) : 0;
}

std::array<std::byte, 6> bytes_of(const std::array<std::uint8_t, 6> &mac) {
    std::array<std::byte, 6> out{};
    for (std::size_t i = 0; i < mac.size(); ++i)
        out[i] = std::byte{mac[i]};
    return out;
}

} // namespace

TEST_CASE("every built-in device is told as its profile describes it") {
    for (const auto &name : sim::built_in_profiles()) {
        CAPTURE(name);
        test::run_coro(
            [&name](test::coro_environment env) -> awaitable<void> {
                const auto p = sim::built_in_profile(name);
                world w(env.executor, p);
                const auto info = co_await w.read(everything());
                CHECK(code_of(info) == 0);
                CHECK(info.heci_usable);
                CHECK(info.version == p.amt_version);
                CHECK(info.build == p.build_number);
                CHECK(info.sku == p.sku);
                CHECK(info.uuid == p.uuid);
                CHECK(info.mode == heci::control_mode::none);
                CHECK(info.provisioning == heci::provisioning_state::pre);
                CHECK(info.dns_suffix == p.dns_suffix);
                CHECK(info.dns_suffix_os == "lab.example");
                CHECK(info.hostname_os == "lab-pc-07");
                CHECK(info.operational.has_value() == p.reports_amt_state);
                REQUIRE(info.remote_access);
                CHECK(info.remote_access->remote == 0);
                REQUIRE(info.wired);
                CHECK(info.wired->amt.address == p.wired.ipv4);
                CHECK(info.wired->amt.mac == bytes_of(p.wired.mac));
                CHECK(info.wired->os_address == "192.0.2.99");
                CHECK(info.wireless.has_value() == p.wireless.present());
                REQUIRE(info.hashes);
                REQUIRE(info.hashes->size() == p.roots.size());
                CHECK(info.hashes->front().name == p.roots.front().name);
                CHECK_FALSE(info.platform_id); // switched off in a new device
                CHECK(w.log.empty());
                CHECK(w.device.open_links() == 0);
            },
            10);
    }
}

TEST_CASE("a UPID that is switched on is told") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto p = sim::amt16();
        const auto random = core::seeded_random(1);
        auto state = sim::factory_state(p, *random);
        state.upid_enabled = true;
        sim::firmware device(env.executor, p, *random, {}, std::move(state));
        const auto heci = device.heci();
        const heci::timeouts limits;
        const auto id = co_await heci::query_platform_id(*heci, limits, core::log());
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        device.stop();
        co_await device.run();
        REQUIRE(id);
        CHECK(id->type == heci::platform_id::oem_type::printable);
        CHECK(core::as_text(id->oem).starts_with("LAB-HOST-16"));
        CHECK(id->csme.front() == std::byte{0xc5});
    });
}

TEST_CASE("only what was asked for is asked of the device") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, sim::amt18());
        const auto info = co_await w.read(only(info_item::mode));
        CHECK(info.mode == heci::control_mode::none);
        CHECK_FALSE(info.version);
        CHECK_FALSE(info.uuid);
        CHECK_FALSE(info.hostname_os);
        CHECK_FALSE(info.wired);
    });
}

TEST_CASE("the host's name needs no device") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, sim::amt18());
        w.device.inject().order(sim::fault(sim::fault_kind::no_driver).for_ever());
        const auto info = co_await w.read(only(info_item::hostname));
        CHECK(code_of(info) == 0);
        CHECK(info.hostname_os == "lab-pc-07");
    });
}

TEST_CASE("without a device the system's facts are told, and the code says what is missing") {
    const std::vector<std::pair<sim::fault_kind, int>> cases = {
        {sim::fault_kind::no_driver, 2}, {sim::fault_kind::no_permission, 1},
        {sim::fault_kind::no_client, 3}, {sim::fault_kind::busy, 2},
        {sim::fault_kind::not_ready, 4},
    };
    for (const auto &[kind, code] : cases)
        test::run_coro(
            [kind = kind, code = code](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, sim::amt18());
                w.device.inject().order(sim::fault(kind).for_ever());
                const auto info = co_await w.read(everything());
                CHECK(code_of(info) == code);
                CHECK_FALSE(info.heci_usable);
                CHECK_FALSE(info.version);
                CHECK_FALSE(info.platform_id);
                CHECK(info.uuid == "11111111-2222-3333-4444-555555555555");
                CHECK(info.hostname_os == "lab-pc-07");
                CHECK(info.dns_suffix_os == "lab.example");
                const auto named =
                    info.failure && info.failure->text.find(w.heci->name()) != std::string::npos;
                CHECK(named);
            },
            10);
}

TEST_CASE("a device that is lost on the way leaves what was read, and a failure") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, sim::amt18());
            // The third command's message: versions, UUID, control mode.
            w.device.inject().order(
                sim::fault(sim::fault_kind::silence).on(heci::client::amthi).nth(3));
            const auto info = co_await w.read(everything());
            CHECK(code_of(info) == 4);
            CHECK(info.heci_usable);
            CHECK(info.version == "18.0.10");
            CHECK(info.uuid == "4c4c4544-0042-3010-8051-b4c04f4d3132");
            CHECK_FALSE(info.mode);
            CHECK_FALSE(info.wired);
        },
        30);
}

TEST_CASE("a command that the firmware does not know is a warning, and a failure when asked for") {
    auto p = sim::amt18();
    p.amthi.unknown_commands = {0x46}; // Get remote access connection status
    test::run_coro([&p](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, p);
        const auto info = co_await w.read(everything());
        CHECK(code_of(info) == 0);
        CHECK_FALSE(info.remote_access);
        CHECK(info.wired.has_value()); // which is asked for behind it
        CHECK(w.log.size() == 1);
    });
    test::run_coro([&p](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, p);
        const auto info = co_await w.read(only(info_item::remote_access));
        CHECK(code_of(info) == 1000 + 2051); // heci.md 15: command invalid
        CHECK(info.heci_usable);
    });
}
