// SPDX-License-Identifier: Apache-2.0
#include "rps_tls_device.hpp"

#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/http_parser.hpp>

#include "sim/src/encoding.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <chrono>
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

bool is_hello(core::const_bytes tls) {
    return tls.size() >= 6 && tls[0] == std::byte{0x16} && tls[5] == std::byte{1};
}

std::string tls_message(core::const_bytes bytes) {
    auto f = rps::make_client_frame("tls_data", "3.0.0");
    f.payload = rps::encode_payload(bytes);
    return std::string(rps::format(f).reveal());
}

std::string plain_message(std::string_view method, std::string_view text) {
    auto f = rps::make_client_frame(method, "3.0.0");
    f.payload = rps::encode_payload(core::as_bytes(text));
    return std::string(rps::format(f).reveal());
}

} // namespace

tls_device::tls_device(std::string_view conversation, tls_device_manner h)
    : answers(conversation),
      how(h) {
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
    sim::tls_manner manner{self->how.tls13};
    auto who = self->shown_;
    auto accepting = self->crypto_.tls->accept(std::move(below), std::move(who), manner);
    auto accepted = co_await core::as_result(std::move(accepting));
    if (!accepted)
        co_return; // the server did not like it, or is gone
    const auto stream = std::move(*accepted);
    std::array<char, 4096> buffer{};
    std::string request;
    wsman::request_parser parser;
    for (;;) {
        const auto got = co_await core::as_result(stream->read_some(net::buffer(buffer)));
        if (!got)
            co_return;
        request.append(buffer.data(), *got);
        if (!parser.feed(core::as_bytes(std::string_view(buffer.data(), *got))))
            throw std::runtime_error("no HTTP request in the tunnel");
        if (!parser.done())
            continue;
        const auto whole = std::exchange(request, {});
        parser = wsman::request_parser();
        const auto reply = self->answer(whole);
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

namespace {

// The client's side: the connection to AMT, and what comes from there.
struct relay {
    rps_rig &rig;
    std::shared_ptr<tls_device> device;
    net::any_io_executor executor;
    core::task_group children;
    std::shared_ptr<core::byte_stream> near;
    tunnel_run out;
    bool answered = false; // since the last bytes that went there

    relay(net::any_io_executor ex, rps_rig &r, std::shared_ptr<tls_device> d)
        : rig(r),
          device(std::move(d)),
          executor(ex),
          children(ex) {}

    void note(std::string what) {
        out.beside.emplace_back(rig.server.calls().size(), std::move(what));
    }

    void connect() {
        if (near)
            near->close();
        auto [here, there] = sim::memory_byte_pair(executor);
        near = std::move(here);
        if (device->how.deaf_hellos > 0) {
            --device->how.deaf_hellos;
            deaf = std::move(there);
            return;
        }
        children.spawn(tls_device::serve(device, std::move(there)));
        children.spawn(bring_back(near));
    }
    std::unique_ptr<core::byte_stream> deaf;

    awaitable<void> bring_back(std::shared_ptr<core::byte_stream> from) {
        std::vector<std::byte> buffer(32 * 1024);
        for (;;) {
            const auto got = co_await core::as_result(from->read_some(net::buffer(buffer)));
            if (!got && got.error() == core::end_of_stream && near == from) {
                near->close();
                near.reset();
                if (!answered) {
                    ++out.resets;
                    co_await rig.send(plain_message("connection_reset", "connection_closed"));
                }
            }
            if (!got)
                co_return;
            answered = true;
            co_await rig.send(tls_message(core::const_bytes(buffer).first(*got)));
        }
    }

    awaitable<void> pass_on(std::string frame) {
        const auto text = decoded(frame);
        if (is_hello(core::as_bytes(text))) {
            note("ClientHello");
            connect();
        } else if (!near) {
            connect();
        }
        answered = false;
        const auto to = near;
        (void)co_await core::as_result(core::write_all(*to, net::buffer(text)));
    }

    awaitable<void> play(std::string first) {
        co_await rig.send(std::move(first));
        for (;;) {
            const auto text = co_await rig.receive();
            auto frame = rps::parse_frame(text).value();
            if (frame.method == "progress")
                continue;
            if (frame.method == "wsman") {
                co_await rig.send(response_message(device->answer(decoded(text))));
            } else if (frame.method == "tls_data") {
                co_await pass_on(text);
            } else if (frame.method == "port_switch") {
                note("port_switch");
                if (!device->how.acknowledges)
                    continue;
                const auto asked = boost::json::parse(std::string(frame.payload->reveal()));
                co_await core::sleep_for(std::chrono::seconds(asked.at("delay").as_int64()));
                co_await rig.send(plain_message("port_switch_ack", "ok"));
            } else {
                out.last = std::move(frame);
                co_return;
            }
        }
    }
};

} // namespace

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

awaitable<tunnel_run> play_tunnel(net::any_io_executor executor, rps_rig &rig,
                                  std::shared_ptr<tls_device> device, std::string first) {
    relay r(executor, rig, std::move(device));
    co_await r.children.run(r.play(std::move(first)));
    co_return std::move(r.out);
}

} // namespace costrand::test
