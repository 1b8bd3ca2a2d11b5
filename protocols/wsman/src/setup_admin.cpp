// SPDX-License-Identifier: Apache-2.0
// Admin control mode: rpc-cli.md 7.2.
#include <costrand/wsman/admin_setup.hpp>

#include "base64.hpp"
#include "setup_run.hpp"

#include <costrand/core/random.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::wsman {

namespace {

constexpr std::size_t nonce_size = 20; // both nonces (wsman.md 11.2)

std::string element(std::string_view name, std::string_view text) {
    const std::string tag(name);
    return "<h:" + tag + ">" + std::string(text) + "</h:" + tag + ">";
}

std::string flag(std::string_view name, bool value) {
    return element(name, value ? "true" : "false");
}

awaitable<std::vector<std::byte>> read_nonce(setup_run &run) {
    const auto service = co_await run.read(setup_step::read_setup_service, setup_service);
    auto nonce = from_base64(service.value("ConfigurationNonce"));
    if (nonce && nonce->size() == nonce_size)
        co_return std::move(*nonce);
    const auto now = co_await run.look();
    setup_run::fail(setup_step::read_nonce, setup_errc::reply_incomplete,
                    "IPS_HostBasedSetupService without a ConfigurationNonce of 20 bytes", now);
}

// Throws setup_error: a chain that is not taken changes nothing yet.
awaitable<void> send_chain(setup_run &run, const provisioning_certificate &certificate) {
    const auto &chain = certificate.chain;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        auto parameters = element("NextCertificate", to_base64(chain[i])) +
                          flag("IsLeafCertificate", i == 0) +
                          flag("IsRootCertificate", i + 1 == chain.size());
        auto failed = co_await run.call(setup_step::add_certificate, setup_service,
                                        "AddNextCertInChain", std::move(parameters));
        if (!failed)
            continue;
        failed->text +=
            ", certificate " + std::to_string(i + 1) + " of " + std::to_string(chain.size());
        const auto now = co_await run.look();
        throw setup_error(std::move(*failed), now);
    }
}

// The proof that the host has the key of the chain's leaf.
std::string proof(const provisioning_certificate &certificate, std::vector<std::byte> theirs,
                  core::random_source &random) {
    std::vector<std::byte> ours(nonce_size);
    random.fill(ours);
    auto both = std::move(theirs);
    both.insert(both.end(), ours.begin(), ours.end());
    return element("McNonce", to_base64(ours)) + element("SigningAlgorithm", "2") +
           element("DigitalSignature", to_base64(sign(certificate, both)));
}

} // namespace

awaitable<setup_result> activate_admin(client &amt, admin_activation what,
                                       core::random_source &random, const setup_means &means) {
    setup_run run(amt, means, "the user that was logged in");
    const auto before = co_await run.mode_before();
    const bool upgrade = before == control_mode::client;
    if (before != control_mode::none && !upgrade)
        setup_run::fail(setup_step::read_mode, setup_errc::already_activated,
                        "the device is in " + to_string(before) + " already", before);
    if (!upgrade)
        check_password(what.password);
    check_provisioning_certificate(what.certificate, what.trust, what.now);

    core::secret ha1;
    if (!upgrade)
        ha1 = co_await run.new_ha1(what.password);
    auto nonce = co_await read_nonce(run);
    co_await send_chain(run, what.certificate);
    auto parameters = proof(what.certificate, std::move(nonce), random);
    if (!upgrade)
        parameters = password_parameters(ha1, parameters);
    const std::string_view method = upgrade ? "UpgradeClientToAdmin" : "AdminSetup";
    auto failed =
        co_await run.call(setup_step::set_up, setup_service, method, std::move(parameters));
    auto result =
        co_await run.settled(setup_step::set_up, before, control_mode::admin, std::move(failed));
    if (!upgrade)
        co_await run.become_admin(std::move(what.password), result);
    co_return result;
}

} // namespace costrand::wsman
