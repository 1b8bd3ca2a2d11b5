// SPDX-License-Identifier: Apache-2.0
#include "rps_tls_device.hpp"

#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/wsman/http_parser.hpp>

#include "sim/src/encoding.hpp"

#include <array>
#include <stdexcept>

namespace costrand::test {

namespace {

constexpr std::string_view keys_class = "AMT_PublicKeyManagementService";

sim::certificate_subject named(std::string name, bool authority) {
    sim::certificate_subject s;
    s.common_name = std::move(name);
    s.authority = authority;
    s.not_after = 4'000'000'000;
    return s;
}

std::string reference_to(std::string_view class_name, std::string_view id) {
    return "<b:Address>a</b:Address><b:ReferenceParameters><c:ResourceURI>http://intel.com/wbem/"
           "wscim/1/amt-schema/1/" +
           std::string(class_name) +
           "</c:ResourceURI><c:SelectorSet><c:Selector Name=\"InstanceID\">" + std::string(id) +
           "</c:Selector></c:SelectorSet></b:ReferenceParameters>";
}

std::string created(std::string_view method, std::string_view what, std::string_view reference) {
    const std::string output(std::string(method) + "_OUTPUT"), name(what);
    return "<g:" + output + "><g:" + name + ">" + std::string(reference) + "</g:" + name +
           "><g:ReturnValue>0</g:ReturnValue></g:" + output + ">";
}

wsman::soap_request read_request(const std::string &http) {
    wsman::request_parser parser;
    if (!parser.feed(core::as_bytes(http)) || !parser.done())
        throw std::runtime_error("no whole HTTP request");
    return wsman::parse_request(parser.release().body).value();
}

// The next request's bytes. Error: end_of_stream.
awaitable<std::string> read_whole_request(core::byte_stream &from) {
    std::array<char, 4096> buffer{};
    std::string request;
    wsman::request_parser parser;
    while (!parser.done()) {
        const auto got = co_await from.read_some(net::buffer(buffer));
        request.append(buffer.data(), got);
        if (!parser.feed(core::as_bytes(std::string_view(buffer.data(), got))))
            throw std::runtime_error("no HTTP request");
    }
    co_return request;
}

awaitable<void> keep(awaitable<relayed_run> run, relayed_run &out) {
    out = co_await std::move(run);
}

} // namespace

tls_device::tls_device(std::string_view conversation, tls_device_manner h, sim::crypto with)
    : answers(conversation),
      how(h),
      crypto_(std::move(with)) {
    make_first_certificate();
    make_answers();
}

// Signed by the last one that is sent, as AMT's is by an authority whose root it does not send.
void tls_device::make_first_certificate() {
    const auto root = sim::make_root(named("On Die Root", true), crypto_.keys->next_key());
    on_die_root_ = root.chain.front();
    const auto middle =
        sim::make_issued(root, named("On Die CSME", true), crypto_.keys->next_key());
    shown_ =
        sim::make_issued(middle, named("iAMT CSME IDevID RCFG", false), crypto_.keys->next_key());
    shown_.chain.pop_back(); // the root
    if (how.starts_with_own)
        shown_ = sim::make_root(named("device", false), crypto_.keys->next_key());
}

void tls_device::make_answers() {
    answers.refuse("AMT_RemoteAccessPolicyRule Delete", 400);
    answers.set_empty("AMT_PublicKeyCertificate");
    answers.set_empty("AMT_TLSCredentialContext");
    answers.set_answer("AMT_TLSCredentialContext Create",
                       "<g:ResourceCreated></g:ResourceCreated>");
    answers.set_answer("AMT_TimeSynchronizationService GetLowAccuracyTimeSynch",
                       "<g:GetLowAccuracyTimeSynch_OUTPUT><g:Ta0>1700000000</g:Ta0>"
                       "<g:ReturnValue>0</g:ReturnValue></g:GetLowAccuracyTimeSynch_OUTPUT>");
    answers.set_answer("IPS_HostBasedSetupService Get",
                       "<g:IPS_HostBasedSetupService><g:CurrentControlMode>1</"
                       "g:CurrentControlMode><g:ConfigurationNonce>AAECAwQFBgcICQoLDA0ODxAREhM=</"
                       "g:ConfigurationNonce></g:IPS_HostBasedSetupService>");
}

// What a call changes, before it is answered.
void tls_device::learn(const std::string &call, const std::string &request) {
    const std::string keys(keys_class);
    if (call == keys + " GenerateKeyPair") {
        key_ = crypto_.keys->next_key();
        const auto handle = "Intel(r) AMT Key: Handle: 0";
        answers.set_answer(call, created("GenerateKeyPair", "KeyPair",
                                         reference_to("AMT_PublicPrivateKeyPair", handle)));
        answers.set_instances("AMT_PublicPrivateKeyPair",
                              "<g:AMT_PublicPrivateKeyPair><g:InstanceID>" + std::string(handle) +
                                  "</g:InstanceID><g:DERKey>" +
                                  sim::base64(sim::public_key_of(key_)) +
                                  "</g:DERKey></g:AMT_PublicPrivateKeyPair>");
    } else if (call == keys + " AddCertificate") {
        const auto soap = read_request(request);
        given_ = {sim::from_base64(soap.body->value("CertificateBlob")).value()};
        answers.set_answer(call, created("AddCertificate", "CreatedCertificate",
                                         reference_to("AMT_PublicKeyCertificate",
                                                      "Intel(r) AMT Certificate: Handle: 1")));
    } else if (call == "AMT_RemoteAccessService AddMpServer") {
        answers.use_last("AMT_ManagementPresenceRemoteSAP Pull");
    } else if (call == "AMT_TLSCredentialContext Create") {
        answers.set_instances("AMT_TLSCredentialContext",
                              "<g:AMT_TLSCredentialContext></g:AMT_TLSCredentialContext>");
    } else if (call == "AMT_SetupAndConfigurationService CommitChanges" &&
               !how.keeps_first_certificate) {
        if (given_.empty())
            shown_ = sim::make_root(named("device", false), crypto_.keys->next_key());
        else
            shown_ = {given_, key_};
    }
}

std::string tls_device::answer(const std::string &request) {
    const auto soap = read_request(request);
    const auto call = soap.class_name + ' ' + soap.action.substr(soap.action.rfind('/') + 1);
    asked.push_back(call);
    if (request.find("Authorization: ") != std::string::npos)
        learn(call, request);
    return answers.answer(request);
}

awaitable<void> tls_device::serve(std::shared_ptr<tls_device> self,
                                  std::unique_ptr<core::byte_stream> below) {
    const sim::tls_manner manner{self->how.tls13};
    auto who = self->shown_;
    auto accepting = self->crypto_.tls->accept(std::move(below), std::move(who), manner);
    auto accepted = co_await core::as_result(std::move(accepting));
    if (!accepted)
        co_return; // the server did not like it, or is gone
    const auto stream = std::move(*accepted);
    for (;;) {
        const auto request = co_await core::as_result(read_whole_request(*stream));
        if (!request)
            co_return;
        const auto reply = self->answer(*request);
        const auto &call = self->asked.back();
        if (call == self->swallowed_) {
            self->swallowed_.clear();
            if (self->hangs_up_)
                co_return;
            continue;
        }
        const auto sent = co_await core::as_result(core::write_all(*stream, net::buffer(reply)));
        const bool ends = self->how.session_per_call ||
                          (self->how.drops_after_commit && call.ends_with(" CommitChanges"));
        if (!sent || ends) {
            (void)co_await core::as_result(stream->shutdown());
            co_return;
        }
    }
}

awaitable<void> tls_device::serve_plain(std::shared_ptr<tls_device> self,
                                        std::unique_ptr<core::byte_stream> connection) {
    const auto request = co_await core::as_result(read_whole_request(*connection));
    if (!request)
        co_return;
    const auto reply = self->answer(*request);
    (void)co_await core::as_result(core::write_all(*connection, net::buffer(reply)));
}

rps::device_facts tunnel_facts(int control_mode, bool enforced) {
    auto f = recorded_facts(control_mode);
    f.tls_enforced = enforced;
    f.tls_tunnel = !enforced;
    f.certificate_hashes.push_back(std::string(64, 'a'));
    return f;
}

sim::rps_options tunnel_options(const tls_device &device) {
    auto o = sim::recorded_rps_options();
    o.on_die_roots.push_back(device.on_die_root());
    o.domains.at(0).root_hashes.push_back(std::string(64, 'a'));
    return o;
}

awaitable<relayed_run> play_tunnel(net::any_io_executor executor, rps_rig &rig,
                                   std::shared_ptr<tls_device> device, std::string first) {
    core::task_group connections(executor);
    std::vector<std::unique_ptr<core::byte_stream>> deaf;
    port_dialer dial = [&](std::uint16_t port) -> awaitable<std::unique_ptr<core::byte_stream>> {
        auto [near, far] = sim::memory_byte_pair(executor);
        if (port != 16992 && device->how.deaf_hellos > 0) {
            --device->how.deaf_hellos;
            deaf.push_back(std::move(far));
        } else if (port == 16992) {
            connections.spawn(tls_device::serve_plain(device, std::move(far)));
        } else {
            connections.spawn(tls_device::serve(device, std::move(far)));
        }
        co_return std::move(near);
    };
    const bool acknowledges = device->how.acknowledges;
    relayed_run out;
    co_await connections.run(
        keep(relay(executor, rig, std::move(dial), std::move(first), acknowledges), out));
    co_return out;
}

} // namespace costrand::test
