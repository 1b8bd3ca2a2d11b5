// SPDX-License-Identifier: Apache-2.0
// document: a text in YAML, or in JSON, as a tree with the lines where its parts stand. Used by the
// reader of profiles; knows nothing of what the keys mean. Hides yaml-cpp.
#pragma once

#include <costrand/core/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::activate {

struct document_member;

struct document_node {
    enum class kind { none, scalar, list, map };

    kind is = kind::none;
    std::size_t line = 0; // from 1; 0: not known
    bool quoted = false;  // of a scalar: it is a text, whatever it looks like
    core::secret text;    // of a scalar
    std::vector<document_node> items;
    std::vector<document_member> members;
};

struct document_member {
    std::string name;
    std::size_t line = 0;
    document_node value;
};

// "profile.yaml, line 3"
[[nodiscard]] std::string at_line(std::string_view source, std::size_t line);

// Throws error 34 for what is neither, for a key that stands twice in one map, and for a text with
// more than 16 levels or 20,000 parts, aliases counted each time. `source`: its name in the error.
[[nodiscard]] document_node read_document(std::string_view text, std::string_view source);

} // namespace costrand::activate
