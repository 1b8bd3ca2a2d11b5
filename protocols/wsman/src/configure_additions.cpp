// SPDX-License-Identifier: Apache-2.0
#include "configure_additions.hpp"

#include "base64.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/wsman/classes/calls.hpp>

namespace costrand::wsman {

std::string instance_of(const std::optional<endpoint_reference> &reference) {
    if (reference)
        for (const auto &key : reference->selectors)
            if (key.name == "InstanceID")
                return key.value;
    throw system_error(errc::envelope_malformed, "AMT made something and did not say its name");
}

awaitable<bool> try_to_remove(client &amt, endpoint_reference which) {
    auto call = amt.remove(std::move(which));
    const auto gone = co_await core::as_result(std::move(call));
    if (!gone && gone.error() != errc::fault)
        throw system_error(gone.error());
    co_return gone.has_value();
}

// AMT says DUPLICATE without saying which one it is.
awaitable<std::string> additions::handle_of(std::string blob) {
    const auto known = co_await all_instances<amt::public_key_certificate>(amt_);
    for (const auto &one : known)
        if (one.x509_certificate == blob && one.instance_id)
            co_return *one.instance_id;
    throw system_error(errc::method_refused,
                       "AMT says that it has the certificate, and does not list it");
}

template <typename Output, typename Input>
awaitable<std::string> additions::add_blob(std::vector<std::byte> der) {
    Input input;
    auto blob = to_base64(der);
    input.certificate_blob = blob;
    auto output = co_await invoke<Output>(amt_, std::move(input));
    if (output.return_value == pt_status::duplicate)
        co_return co_await handle_of(std::move(blob));
    auto id = instance_of(accepted(std::move(output)).created_certificate);
    added_.push_back(reference_to<amt::public_key_certificate>(by_instance(id)));
    co_return id;
}

awaitable<std::string> additions::add_root(std::vector<std::byte> der) {
    return add_blob<amt::add_trusted_root_certificate_output,
                    amt::add_trusted_root_certificate_input>(std::move(der));
}

awaitable<std::string> additions::add_certificate(std::vector<std::byte> der) {
    return add_blob<amt::add_certificate_output, amt::add_certificate_input>(std::move(der));
}

awaitable<std::string> additions::make_key() {
    constexpr std::int64_t bits = 2048;
    amt::generate_key_pair_input input;
    input.key_algorithm = amt::key_algorithm::rsa;
    input.key_length = bits;
    auto output = co_await invoke<amt::generate_key_pair_output>(amt_, std::move(input));
    auto id = instance_of(accepted(std::move(output)).key_pair);
    added_.push_back(reference_to<amt::public_private_key_pair>(by_instance(id)));
    co_return id;
}

awaitable<void> additions::add_key(core::secret key) {
    amt::add_key_input input;
    input.key_blob = std::move(key);
    auto output = co_await invoke<amt::add_key_output>(amt_, std::move(input));
    if (output.return_value == pt_status::duplicate)
        co_return;
    auto id = instance_of(accepted(std::move(output)).created_key);
    added_.push_back(reference_to<amt::public_private_key_pair>(by_instance(std::move(id))));
}

awaitable<void> additions::take_back() {
    while (!added_.empty()) { // the last first
        auto which = std::move(added_.back());
        added_.pop_back();
        (void)co_await try_to_remove(amt_, std::move(which)); // the change's own error is told
    }
}

} // namespace costrand::wsman
