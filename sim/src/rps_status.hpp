// SPDX-License-Identifier: Apache-2.0
// rps_status: the text of the last word: what became of each part of a run, in the order in which
// it became known (rps-session section 5). Private to sim/src/rps*.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::sim {

enum class rps_result { success, failure };

class rps_status {
  public:
    // Status, Network, CIRAConnection or TLSConfiguration. The place among the others is that of
    // the first time. Nothing: the key is left out.
    void set(std::string_view key, std::optional<std::string> text);
    [[nodiscard]] const std::string *find(std::string_view key) const noexcept;

    // A part that ran: Activation, WiredNetwork, ... `details` get a capital first letter and lose
    // the full stop; `mode` may be empty.
    void record(std::string_view component, rps_result result, std::string_view mode,
                std::string_view details);
    [[nodiscard]] bool recorded(std::string_view component) const noexcept;

    // With Components, for which every part that did not run is filled in.
    [[nodiscard]] std::string with_components() const;
    // Without, for deactivation and maintenance.
    [[nodiscard]] std::string plain() const;

  private:
    struct component {
        std::string name, result, mode, details;
    };
    std::string write(bool components) const;

    std::vector<std::pair<std::string, std::optional<std::string>>>
        texts_; // "Components" among them
    std::vector<component> components_;
};

} // namespace costrand::sim
