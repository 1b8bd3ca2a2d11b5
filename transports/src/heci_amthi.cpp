// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_amthi.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_connect.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <array>
#include <utility>

namespace costrand::heci {
namespace {

template <typename T>
T value_of(core::result<T> decoded) {
    if (!decoded)
        throw system_error(decoded.error());
    return std::move(*decoded);
}

} // namespace

amthi::amthi(device &dev, timeouts limits, core::log log)
    : device_(dev),
      limits_(limits),
      log_(std::move(log)) {}

void amthi::close() noexcept {
    // Not destroyed: a pending command still refers to it. It is replaced by the next one.
    if (link_)
        link_->close();
}

// The reply to `request`. A reply to another command, left over from a program that gave up
// waiting, is dropped.
awaitable<amthi::answer> amthi::exchange(core::message_stream &link, command what,
                                         core::const_bytes request) {
    co_await link.send(net::buffer(request.data(), request.size()));
    wiped_bytes buffer(link.max_message_size());
    for (;;) {
        const auto size = co_await link.receive(net::buffer(buffer.bytes));
        const auto reply = decode_reply(core::const_bytes(buffer.bytes).first(size));
        if (!reply)
            throw system_error(reply.error());
        if (reply->what == what) {
            answer a;
            a.status = reply->status;
            a.data = std::make_unique<wiped_bytes>(reply->data);
            co_return a;
        }
        log_.debug("amthi", "dropped a stale reply to command ",
                   static_cast<std::uint32_t>(reply->what), " while waiting for one to ",
                   static_cast<std::uint32_t>(what));
    }
}

awaitable<amthi::answer> amthi::attempt(command what, core::const_bytes request) {
    if (!link_)
        link_ = co_await connect_with_retry(device_, client::amthi, limits_, log_);
    auto outcome = co_await core::as_result(
        core::with_deadline(limits_.amthi_reply, exchange(*link_, what, request)));
    if (outcome)
        co_return std::move(*outcome);
    // Whatever went wrong, an answer may still come: it must not meet the next command.
    link_.reset();
    if (outcome.error() == core::errc::timed_out)
        throw system_error(errc::reply_timed_out);
    throw system_error(outcome.error());
}

awaitable<std::unique_ptr<amthi::wiped_bytes>>
amthi::perform(command what, std::vector<std::byte> request, on_reset when_reset) {
    const auto turn = co_await turn_.lock();
    auto outcome = co_await core::as_result(attempt(what, request));
    if (!outcome && outcome.error() == errc::device_reset && when_reset == on_reset::repeat) {
        log_.warn("amthi", "mei device unavailable, reinitializing, and retrying write (",
                  device_.name(), ")");
        outcome = co_await core::as_result(attempt(what, request));
    }
    if (!outcome)
        throw system_error(outcome.error());
    log_.trace("amthi", "command ", static_cast<std::uint32_t>(what), ": status ",
               static_cast<std::uint32_t>(outcome->status), ", ", outcome->data->bytes.size(),
               " bytes");
    if (outcome->status != status::success)
        throw system_error(outcome->status);
    co_return std::move(outcome->data);
}

awaitable<std::unique_ptr<amthi::wiped_bytes>> amthi::query(command what, core::const_bytes data) {
    return perform(what, encode_request(what, data), on_reset::repeat);
}

awaitable<std::uint32_t> amthi::query_number(command what) {
    const auto reply = co_await query(what);
    co_return value_of(decode_number(reply->bytes));
}

awaitable<version_table> amthi::read_versions() {
    const auto reply = co_await query(command::code_versions);
    co_return value_of(decode_versions(reply->bytes));
}

awaitable<device_uuid> amthi::read_uuid() {
    const auto reply = co_await query(command::uuid);
    co_return value_of(decode_uuid(reply->bytes));
}

awaitable<control_mode> amthi::read_control_mode() {
    co_return static_cast<control_mode>(co_await query_number(command::control_mode));
}

awaitable<provisioning_state> amthi::read_provisioning_state() {
    co_return static_cast<provisioning_state>(co_await query_number(command::provisioning_state));
}

awaitable<std::string> amthi::read_dns_suffix() {
    const auto reply = co_await query(command::dns_suffix);
    co_return trimmed_suffix(value_of(decode_text(reply->bytes)));
}

awaitable<std::vector<std::uint32_t>> amthi::read_hash_handles() {
    const auto reply = co_await query(command::hash_handles);
    co_return value_of(decode_handles(reply->bytes));
}

awaitable<certificate_hash> amthi::read_hash_entry(std::uint32_t handle) {
    const auto data = encode_number(handle);
    const auto reply = co_await query(command::hash_entry, data);
    co_return value_of(decode_hash_entry(reply->bytes));
}

awaitable<std::vector<certificate_hash>> amthi::read_hashes() {
    const auto handles = co_await read_hash_handles();
    std::vector<certificate_hash> entries;
    for (const auto handle : handles) {
        auto entry = co_await core::as_result(read_hash_entry(handle));
        if (entry)
            entries.push_back(std::move(*entry));
        else if (entry.error() != make_error_code(status::not_found))
            throw system_error(entry.error());
    }
    co_return entries;
}

awaitable<lan_settings> amthi::read_lan_settings(lan_interface which) {
    const auto data = encode_number(static_cast<std::uint32_t>(which));
    const auto reply = co_await query(command::lan_settings, data);
    co_return value_of(decode_lan_settings(reply->bytes));
}

awaitable<local_account> amthi::read_local_account() {
    const std::vector<std::byte> zeros(local_account_request_size);
    const auto reply = co_await query(command::local_account, zeros);
    co_return value_of(decode_local_account(reply->bytes));
}

awaitable<remote_access_status> amthi::read_remote_access_status() {
    const auto reply = co_await query(command::remote_access_status);
    co_return value_of(decode_remote_access(reply->bytes));
}

awaitable<cira_log> amthi::read_cira_log() {
    const std::vector<std::byte> version = {std::byte{cira_log_version}};
    const auto reply = co_await query(command::cira_log, version);
    co_return value_of(decode_cira_log(reply->bytes));
}

awaitable<void> amthi::unprovision() {
    constexpr std::uint32_t mode = 0; // the only one that is defined
    auto request = encode_request(command::unprovision, mode);
    (void)co_await perform(command::unprovision, std::move(request), on_reset::give_up);
}

awaitable<shown_certificate> amthi::start_host_based_configuration(shown_certificate ours) {
    constexpr auto what = command::start_host_based_configuration;
    auto request = encode_request(what, encode(ours));
    const auto reply = co_await perform(what, std::move(request), on_reset::give_up);
    co_return value_of(decode_shown_certificate(reply->bytes));
}

awaitable<void> amthi::stop_configuration() {
    auto request = encode_request(command::stop_configuration);
    (void)co_await perform(command::stop_configuration, std::move(request), on_reset::give_up);
}

} // namespace costrand::heci
