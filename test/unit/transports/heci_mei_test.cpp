// SPDX-License-Identifier: Apache-2.0
// The mei driver's device without one: node names and sysfs are options, a regular file answers
// every ioctl with ENOTTY as a device does that lacks the client.
#include <costrand/transports/heci_mei.hpp>

#include <costrand/transports/heci_errc.hpp>
#include <src/heci_errno.hpp>

#include <support/run_coro.hpp>

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace costrand;
using heci::errc;

namespace {

namespace fs = std::filesystem;

// "/dev" and "/sys/class/mei" of a machine that we invent.
class machine {
  public:
    machine() {
        std::string name = (fs::temp_directory_path() / "costrand-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        root_ = name;
        fs::create_directories(root_ / "dev");
        fs::create_directories(root_ / "sys");
        options_.sysfs = (root_ / "sys").string();
        options_.nodes.clear();
        for (const char *node : {"mei0", "mei1", "mei2", "mei3", "mei"})
            options_.nodes.push_back(path(node));
    }
    machine(const machine &) = delete;
    machine &operator=(const machine &) = delete;
    ~machine() { fs::remove_all(root_); }

    // A node that lacks every client. An empty kind: an old kernel's sysfs without the file.
    void add(const char *node, const std::string &kind) {
        std::ofstream(path(node)) << "x";
        if (kind.empty())
            return;
        fs::create_directories(root_ / "sys" / node);
        std::ofstream(root_ / "sys" / node / "kind") << kind << "\n";
    }
    [[nodiscard]] std::string path(const char *node) const {
        return (root_ / "dev" / node).string();
    }
    [[nodiscard]] heci::mei_options options() const { return options_; }

  private:
    fs::path root_;
    heci::mei_options options_;
};

struct refusal {
    error_code why;
    std::string name, text;
};

awaitable<refusal> refusal_of(heci::mei_options options) {
    const auto dev = heci::open_mei(std::move(options));
    refusal r;
    try {
        (void)co_await dev->connect(heci::client::amthi);
    } catch (const system_error &e) {
        r.why = e.code();
        r.text = e.what();
    }
    r.name = dev->name();
    co_return r;
}

} // namespace

TEST_CASE("a machine without a node has no driver") {
    test::run_coro([](test::coro_environment) -> awaitable<void> {
        const machine m;
        const auto r = co_await refusal_of(m.options());
        CHECK(r.why == errc::no_driver);
    });
}

TEST_CASE("a path that does not exist has no driver, and the error names it") {
    test::run_coro([](test::coro_environment) -> awaitable<void> {
        const machine m;
        auto options = m.options();
        options.path = m.path("mei7");
        const auto r = co_await refusal_of(options);
        CHECK(r.why == errc::no_driver);
        CHECK(r.name == m.path("mei7"));
        CHECK(r.text.starts_with(m.path("mei7") + ": no management engine device"));
    });
}

TEST_CASE("a given path that lacks the client says so") {
    test::run_coro([](test::coro_environment) -> awaitable<void> {
        machine m;
        m.add("mei0", "");
        auto options = m.options();
        options.path = m.path("mei0");
        const auto r = co_await refusal_of(options);
        CHECK(r.why == errc::no_client);
    });
}

TEST_CASE("nodes of another kind are passed over") {
    test::run_coro([](test::coro_environment) -> awaitable<void> {
        machine m;
        m.add("mei0", "gsc");
        m.add("mei1", "gscfi");
        const auto none = co_await refusal_of(m.options());
        CHECK(none.why == errc::no_device);
        CHECK(none.name == "/dev/mei*"); // nothing was opened
        m.add("mei2", "mei");
        const auto found = co_await refusal_of(m.options());
        CHECK(found.why == errc::no_client);
        CHECK(found.name == m.path("mei2"));
    });
}

TEST_CASE("a node that lacks the client is passed over, and the last one is named") {
    test::run_coro([](test::coro_environment) -> awaitable<void> {
        machine m;
        m.add("mei0", "");
        m.add("mei", "");
        const auto r = co_await refusal_of(m.options());
        CHECK(r.why == errc::no_device); // no kernel said that either is a management engine
        CHECK(r.name == m.path("mei"));
    });
}

TEST_CASE("a node that may not be opened ends the search") {
    if (::geteuid() == 0)
        return; // root may open everything; from_open_errno below covers the rest
    test::run_coro([](test::coro_environment) -> awaitable<void> {
        machine m;
        m.add("mei0", "mei");
        m.add("mei1", "mei");
        fs::permissions(m.path("mei0"), fs::perms::none);
        const auto r = co_await refusal_of(m.options());
        CHECK(r.why == errc::no_permission);
        CHECK(r.name == m.path("mei0"));
    });
}

TEST_CASE("each errno of open has its name") {
    CHECK(heci::from_open_errno(ENOENT) == errc::no_driver);
    CHECK(heci::from_open_errno(EACCES) == errc::no_permission);
    CHECK(heci::from_open_errno(EPERM) == errc::no_permission);
    CHECK(heci::from_open_errno(ENODEV) == errc::not_ready);
    CHECK(heci::from_open_errno(EMFILE) == heci::system_code(EMFILE));
}

TEST_CASE("each errno of the connect ioctl has its name") {
    CHECK(heci::from_connect_errno(ENOTTY) == errc::no_client);
    CHECK(heci::from_connect_errno(EBUSY) == errc::busy);
    CHECK(heci::from_connect_errno(ENODEV) == errc::not_ready);
    CHECK(heci::from_connect_errno(EINVAL) == errc::connect_refused);
    CHECK(heci::from_connect_errno(EOPNOTSUPP) == errc::connect_refused);
    CHECK(heci::from_connect_errno(EFAULT) == errc::connect_timed_out);
    CHECK(heci::from_connect_errno(ETIME) == errc::connect_timed_out);
    CHECK(heci::from_connect_errno(ETIMEDOUT) == errc::connect_timed_out);
    CHECK(heci::from_connect_errno(ENOMEM) == heci::system_code(ENOMEM));
}

TEST_CASE("each errno of an open connection has its name") {
    CHECK(heci::from_io_errno(ENODEV) == errc::device_reset);
    CHECK(heci::from_io_errno(ENOTTY) == errc::device_reset);
    CHECK(heci::from_io_errno(EPIPE) == errc::device_reset);
    CHECK(heci::from_io_errno(ECONNRESET) == errc::device_reset);
    CHECK(heci::from_io_errno(EFBIG) == errc::message_too_large);
    CHECK(heci::from_io_errno(EIO) == heci::system_code(EIO));
}
