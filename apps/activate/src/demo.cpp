// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/demo.hpp>

#include <costrand/activate/host.hpp>
#include <costrand/activate/tracing.hpp>
#include <costrand/activate/wiring.hpp>

#include <costrand/transports/lms_tcp.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace costrand::activate {

namespace {

constexpr auto shortened_wait = std::chrono::seconds(1);
constexpr auto shortened_restart = std::chrono::seconds(2);

// Of the server's recorded profiles.
constexpr const char *plain_profile = "ccm";
constexpr const char *tls_profile = "acm-tls";

// The simulators' own lines are for -v, and never look like the client's.
core::log simulators_log(console &says) {
    return {core::log_level::debug,
            [&says](core::log_level, std::string_view component, std::string_view line) {
                says.log_line(core::log_level::debug,
                              "[" + std::string(component) + "] " + std::string(line));
            }};
}

void introduce(demo_world &world, const demo_options &how, console &says) {
    const auto say = [&says](const std::string &line) {
        says.log_line(core::log_level::info, line);
    };
    const auto &profile = world.device().device_profile();
    say("demonstration: a simulated device with AMT " + profile.amt_version +
        " at unix:" + world.heci_path() +
        (how.lms
             ? ", its LMS at 127.0.0.1:" +
                   std::to_string(world.lms_port(profile.tls_enforced ? transports::lms_tls_port
                                                                      : transports::lms_plain_port))
             : ", no LMS"));
    say("demonstration: a small provisioning server at " + world.server_url());
    say("note: this server waits 1 s wherever a real one waits 5 to 15 s");
    if (how.recorded != plain_profile)
        say("note: the TLS of this device restarts in 2 s, that of a real one in up to 60 s");
}

// What the device is to be in the end.
struct wanted_state {
    sim::control_mode mode;
    bool tls;
    std::string text;
};
wanted_state what_is_wanted(const demo_options &how) {
    if (how.recorded == plain_profile)
        return {sim::control_mode::client, false, "client control mode"};
    return {sim::control_mode::admin, true, "admin control mode, with TLS configured"};
}
bool is_so(const sim::firmware &device, const wanted_state &wanted) {
    const auto &state = device.state();
    // A device that enforces TLS has it before anybody gave it a certificate.
    const auto *credentials = state.objects.find_name("AMT_TLSCredentialContext");
    const bool tls =
        state.tls && state.tls->enabled && credentials && !credentials->instances.empty();
    return device.mode() == wanted.mode && (tls || !wanted.tls);
}

awaitable<void> activate_in(demo_world &world, const demo_options &how, settings options,
                            net::any_io_executor executor, console &says,
                            trace::recorder *seen_by) {
    options.server = parse_server_url(world.server_url());
    auto env = host_environment(executor, options, says);
    const auto device = heci::open_socket_device(world.heci_path());
    env.device = device.get();
    env.dial_lms = [&world](std::uint16_t port) {
        return transports::dial_lms(world.lms_port(port), transports::lms_options());
    };
    const observed_environment seen(std::move(env), seen_by);
    const report r = co_await activate_device(seen.get(), options);
    conclude(r, options, says);
    const auto wanted = what_is_wanted(how);
    if (!is_so(world.device(), wanted))
        throw error(exit_code::activation_failed,
                    "the server reported success, but the simulated device is not in " +
                        wanted.text);
    if (!options.json)
        says.result("The simulated device is in " + wanted.text + ".\n");
}

} // namespace

awaitable<void> run_demo(net::any_io_executor executor, const settings &options, console &says,
                         trace::recorder *seen_by) {
    demo_options how;
    how.lms = options.transport == transport_choice::lms;
    how.profile = options.profile;
    how.device = options.demo_device;
    how.recorded = how.device == "amt16" ? plain_profile : tls_profile;
    how.timings.after_activation = how.timings.before_tunnel = how.timings.before_repeat =
        how.timings.port_switch_delay = how.timings.between_tls_settings = shortened_wait;
    how.alter_device = [](sim::profile &p) {
        p.tls.restart = std::min<core::duration>(p.tls.restart, shortened_restart);
    };
    demo_world world(executor, how, simulators_log(says));
    introduce(world, how, says);
    settings asked = options;
    asked.tls_tunnel = asked.tls_tunnel || how.recorded == tls_profile;
    std::exception_ptr failed;
    try {
        co_await activate_in(world, how, asked, executor, says, seen_by);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await world.stop();
    if (failed)
        std::rethrow_exception(failed);
}

} // namespace costrand::activate
