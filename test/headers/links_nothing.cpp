// SPDX-License-Identifier: Apache-2.0
// Linked with no library at all: the APF codec and state machines are headers, for whoever has a
// loop and streams of his own. Exits with 0 if the two roles, each fed what the other sends, come
// to an understanding.
#include <costrand/apf/codec.hpp>
#include <costrand/apf/session_core.hpp>

#include <variant>
#include <vector>

using namespace costrand;

namespace {

// The messages that a core wants sent, as bytes.
std::vector<std::vector<std::byte>> sent(const apf::action_list &actions) {
    std::vector<std::vector<std::byte>> out;
    for (const auto &action : actions)
        if (const auto *send = std::get_if<apf::action::send>(&action))
            out.push_back(apf::encode(send->what));
    return out;
}

} // namespace

int main() {
    apf::host_core host{apf::core_options<apf::host_role>()};
    apf::firmware_core firmware{apf::core_options<apf::firmware_role>()};
    apf::action_list from_host, from_firmware;
    host.start({}, from_host);
    firmware.start({}, from_firmware);
    for (const auto &message : sent(from_firmware))
        host.received(message, {}, from_host);
    std::size_t exchanged = 0;
    for (const auto &message : sent(from_host)) {
        firmware.received(message, {}, from_firmware);
        ++exchanged;
    }
    return exchanged > 0 && !host.has_ended() && !firmware.has_ended() ? 0 : 1;
}
