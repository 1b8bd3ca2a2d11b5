// SPDX-License-Identifier: Apache-2.0
// What is said of a device that cannot be had.
#include <costrand/lmsd/device_link.hpp>

#include <costrand/transports/heci_errc.hpp>

#include <support/forked.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <unistd.h>

using namespace costrand;

namespace {

// Only its name matters.
class named_device : public heci::device {
  public:
    explicit named_device(std::string name) : name_(std::move(name)) {}
    awaitable<std::unique_ptr<core::message_stream>> connect(heci::client_id) override {
        throw system_error(heci::errc::busy);
    }
    std::string name() const override { return name_; }

  private:
    std::string name_;
};

std::string said(heci::errc why, const std::string &name) {
    return lmsd::explain(make_error_code(why), named_device(name));
}

} // namespace

TEST_CASE("a busy device is told with the process that has it open") {
    std::string path = "/tmp/costrand-node-XXXXXX";
    const int node = ::mkstemp(path.data());
    REQUIRE(node >= 0);
    const std::string busy = path + ": the firmware client is in use by another program";
    // This process is nobody whom it would name.
    CHECK(said(heci::errc::busy, path) == busy + ", which is not seen from here");
    if (::access("/proc/self/fd", R_OK) == 0) {
        const test::forked holder;
        const auto text = said(heci::errc::busy, path);
        CHECK(text.starts_with(busy + ": "));
        CHECK(text.ends_with("(process " + std::to_string(holder.pid()) + ")"));
    }
    ::close(node);
    ::unlink(path.c_str());
}

TEST_CASE("other errors of a device, and simulated ones, have no holder") {
    CHECK(said(heci::errc::not_ready, "/dev/mei0") ==
          "/dev/mei0: the management engine device is resetting or disabled");
    CHECK(said(heci::errc::busy, "unix:/tmp/desk/heci0") ==
          "unix:/tmp/desk/heci0: the firmware client is in use by another program");
}
