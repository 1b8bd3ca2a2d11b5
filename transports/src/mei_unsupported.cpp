// SPDX-License-Identifier: Apache-2.0
// Systems without the mei driver: every connect says so.
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_mei.hpp>

namespace costrand::heci {
namespace {

class no_mei_device : public device {
  public:
    awaitable<std::unique_ptr<core::message_stream>> connect(client_id) override {
        throw system_error(errc::not_supported);
        co_return nullptr;
    }
    std::string name() const override { return "mei"; }
};

} // namespace

std::unique_ptr<device> open_mei(mei_options) {
    return std::make_unique<no_mei_device>();
}

} // namespace costrand::heci
