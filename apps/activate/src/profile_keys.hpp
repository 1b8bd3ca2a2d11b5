// SPDX-License-Identifier: Apache-2.0
// The keys of a profile: one table of them all, the check of a document against it, and typed
// access by key behind that check. Private to the reader of profiles.
#pragma once

#include "document.hpp"

#include <costrand/activate/cli.hpp>
#include <costrand/activate/exit_code.hpp>
#include <costrand/core/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::activate {

// Every key is known afterwards, under its own spelling, and every value has its key's type. Throws
// error 35 for a value that has not. Adds a notice for keys that nobody knows, and one for those
// that are known and change nothing here.
void check_keys(document_node &root, std::string_view source, std::vector<notice> &notices);

// A map of a checked document, or one that is not there, in which every value is empty.
class profile_section {
  public:
    profile_section(const document_node &root, std::string_view source)
        : node_(&root),
          source_(source),
          line_(root.line) {}

    [[nodiscard]] bool exists() const noexcept {
        return node_ && node_->is == document_node::kind::map;
    }
    // There is no value in it but "", 0 and false: as programs write a section that is not used.
    [[nodiscard]] bool is_blank() const;
    [[nodiscard]] profile_section section(std::string_view key) const;
    [[nodiscard]] std::vector<profile_section> sections(std::string_view key) const;

    // Missing and null: "", false, `missing`.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] core::secret secret(std::string_view key) const;
    [[nodiscard]] bool is_on(std::string_view key) const;
    // Throws error 35 for one that is not from `least` to `most`.
    [[nodiscard]] unsigned number(std::string_view key, unsigned least, unsigned most,
                                  unsigned missing) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    // There, and neither null nor an empty text.
    [[nodiscard]] bool given(std::string_view key) const;

    // "p.yaml, line 7: configuration.tls.signingAuthority"
    [[nodiscard]] std::string where(std::string_view key) const;
    // Throws error: where(key), then `why`, which is a sentence about the key.
    [[noreturn]] void refuse(exit_code code, std::string_view key, std::string_view why) const;

  private:
    profile_section(const document_node *node, std::string_view source, std::size_t line,
                    std::string path)
        : node_(node),
          source_(source),
          line_(line),
          path_(std::move(path)) {}

    [[nodiscard]] const document_member *find(std::string_view key) const;
    [[nodiscard]] std::string path_of(std::string_view key) const;

    const document_node *node_;
    std::string_view source_;
    std::size_t line_; // of a section that is not there: of the one above
    std::string path_;
};

} // namespace costrand::activate
