// SPDX-License-Identifier: Apache-2.0
// A device that answers every call as a recorded one did, and differently where a test says so. It
// keeps no state: what it shows is what the test wrote.
#pragma once

#include "rps_client.hpp"

#include <costrand/wsman/envelope.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

class recorded_device {
  public:
    // Answers of the conversation of that name. A call that is not in it: a method gives
    // ReturnValue 0, Put and Delete give an empty body, the rest a fault.
    explicit recorded_device(std::string_view conversation);

    // Instead of the recorded body of "AMT_TLSSettingData Pull": another status (with a fault as
    // body), or the recorded one with `from` replaced by `to`, which must be there.
    void refuse(std::string_view call, int status) { statuses_[std::string(call)] = status; }
    void alter(std::string_view call, std::string_view from, std::string_view to);
    // ReturnValue of a method.
    void return_value(std::string_view call, int value);
    // The recorded answer that came last, where the first one is not to be given.
    void use_last(std::string_view call);
    // An answer that was not recorded: the markup in the body. Prefixes: b for addressing, c for
    // wsman, g for the class.
    void set_answer(std::string_view call, std::string markup) {
        made_[std::string(call)] = std::move(markup);
    }
    // Any class: no instances.
    void set_empty(std::string_view class_name) { set_instances(class_name, ""); }
    void set_instances(std::string_view class_name, std::string_view items);

    // The HTTP reply to one request, and what was asked so far, in the words of the recordings.
    [[nodiscard]] std::string answer(const std::string &request);
    // The envelope of the last request that was this call; empty when there was none.
    [[nodiscard]] std::string last(std::string_view call) const;

  private:
    std::map<std::string, std::string, std::less<>> bodies_, last_; // envelopes, by call
    std::map<std::string, std::string, std::less<>> made_;          // markup
    std::map<std::string, int, std::less<>> statuses_;
    std::map<std::string, std::string, std::less<>> asked_;
};

// Plays a whole run with the device: the first message, then answers, until the last word.
awaitable<rps::frame> play_run(rps_rig &rig, recorded_device &device, std::string first);

} // namespace costrand::test
