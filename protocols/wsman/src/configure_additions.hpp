// SPDX-License-Identifier: Apache-2.0
// Certificates and keys that a change of the settings gives to AMT, and how they are taken back
// when it fails. Private to wsman.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/client.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/namespaces.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::wsman {

[[nodiscard]] inline std::vector<selector> by_instance(std::string id) {
    std::vector<selector> out;
    out.push_back({"InstanceID", std::move(id)});
    return out;
}

template <typename T>
[[nodiscard]] endpoint_reference reference_to(std::vector<selector> keys) {
    endpoint_reference out;
    out.resource_uri = uri::of_class(T::wire_name);
    out.selectors = std::move(keys);
    return out;
}

// A key of an association: the reference to one of its ends, if it is there.
inline void add_reference_key(std::vector<selector> &to, const char *name,
                              const std::optional<endpoint_reference> &end) {
    if (end)
        to.push_back({name, "", std::make_shared<endpoint_reference>(*end)});
}

// The device said no, and its connection is as good as before.
[[nodiscard]] inline bool is_refusal(const error_code &why) {
    return why == errc::fault || why == errc::method_refused || why == errc::certificate_failed;
}

class additions {
  public:
    // The client outlives it.
    explicit additions(client &amt) : amt_(amt) {}
    additions(const additions &) = delete;
    additions &operator=(const additions &) = delete;

    // Each gives the InstanceID; of a certificate that is there already, that of the old one.
    [[nodiscard]] awaitable<std::string> add_root(std::vector<std::byte> der);
    [[nodiscard]] awaitable<std::string> add_certificate(std::vector<std::byte> der);

    // AMT makes a key.
    [[nodiscard]] awaitable<std::string> make_key();

    // A private key: base64 of PKCS#1 in DER. One that is there already is no error.
    [[nodiscard]] awaitable<void> add_key(core::secret key);

    // Something that was added otherwise.
    void note(endpoint_reference which) { added_.push_back(std::move(which)); }

    // Deletes what was added here, the newest first. What AMT keeps in spite of it stays.
    [[nodiscard]] awaitable<void> take_back();

  private:
    template <typename Output, typename Input>
    awaitable<std::string> add_blob(std::vector<std::byte> der);
    awaitable<std::string> handle_of(std::string blob);

    client &amt_;
    std::vector<endpoint_reference> added_;
};

// Of a reference that a method gave. Throws errc::envelope_malformed for one without InstanceID.
[[nodiscard]] std::string instance_of(const std::optional<endpoint_reference> &reference);

// Deletes; that there is none, or that AMT keeps it, is no error. Gives whether it is gone.
[[nodiscard]] awaitable<bool> try_to_remove(client &amt, endpoint_reference which);

} // namespace costrand::wsman
