// SPDX-License-Identifier: Apache-2.0
#include "rps_desk.hpp"

#include "support/recorded_calls.hpp"

#include <utility>

namespace costrand::test {

namespace {

constexpr std::size_t largest_message = 256 * 1024;

// Those of the recordings, with the domain of any device.
sim::rps_options options_for(const sim::profile &machine) {
    auto o = sim::recorded_rps_options();
    if (machine.dns_suffix != o.domains.front().suffix)
        o.domains.push_back({machine.dns_suffix, {}});
    return o;
}

} // namespace

sim::profile recorded_machine() {
    auto p = sim::without_delays(sim::amt16());
    p.lms = true;
    return p;
}

sim::profile wireless_machine() {
    auto p = recorded_machine();
    p.wireless.mac = {2, 0, 0, 0, 0, 2};
    return p;
}

sim::profile enforcing_machine() {
    auto p = recorded_machine();
    p.tls_enforced = true;
    return p;
}

desk::desk(net::any_io_executor executor, sim::profile machine, sim::crypto with)
    : executor_(executor),
      rig(executor, options_for(machine), largest_message, with),
      machine_(trusting(std::move(machine), rig.server.provisioning_root())),
      crypto_(std::move(with)) {
    device = make_device();
}

desk::desk(net::any_io_executor executor, const sim::der_bytes &root)
    : executor_(executor),
      rig(executor),
      machine_(trusting(recorded_machine(), root)),
      crypto_(sim::pooled_crypto()) {
    device = make_device();
}

sim::profile desk::trusting(sim::profile machine, const sim::der_bytes &root) {
    sim::trusted_root trusted;
    trusted.hash = sim::sha256_hex(root);
    machine.roots.push_back(std::move(trusted));
    return machine;
}

std::unique_ptr<sim::firmware> desk::make_device() {
    return std::make_unique<sim::firmware>(executor_, machine_, *random_, core::log(), crypto_);
}

rps::device_facts desk::facts() const {
    auto f = recorded_facts(static_cast<int>(device->mode()));
    f.version = machine_.amt_version;
    f.build = machine_.build_number;
    f.uuid = machine_.uuid;
    f.fqdn = machine_.dns_suffix;
    f.tls_enforced = machine_.tls_enforced;
    const auto *stored = rig.server.stored_password(f.uuid);
    if (f.control_mode == 0)
        f.password = device->state().local_password;
    else if (stored)
        f.password = *stored;
    for (const auto &root : machine_.roots)
        f.certificate_hashes.push_back(root.hash);
    return f;
}

awaitable<desk_run> desk::play(std::string command, rps::device_facts about) {
    const auto before = rig.server.calls().size();
    rig.connect();
    port_dialer dial = [firmware = device.get()](std::uint16_t port) {
        return firmware->dial_lms(port);
    };
    auto seen =
        co_await relay(executor_, rig, std::move(dial), first_message(command, about), true);
    desk_run out;
    const auto &all = rig.server.calls();
    out.calls.assign(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    for (auto &[at, what] : seen.beside)
        at -= before;
    out.steps = steps_of(out.calls, seen.beside);
    out.last = std::move(seen.last);
    out.resets = seen.resets;
    co_return out;
}

awaitable<desk_run> desk::activate(std::string profile) {
    auto about = facts();
    co_return co_await play("activate --profile " + profile, std::move(about));
}

awaitable<desk_run> desk::activate_into_tunnel(std::string profile) {
    auto about = facts();
    about.tls_tunnel = true;
    co_return co_await play("activate --profile " + profile, std::move(about));
}

awaitable<void> desk::stop_device() {
    device->stop();
    co_await device->run();
}

awaitable<void> desk::replace_device() {
    co_await stop_device();
    device = make_device();
}

awaitable<void> desk::finish() {
    co_await rig.finish();
    co_await stop_device();
}

} // namespace costrand::test
