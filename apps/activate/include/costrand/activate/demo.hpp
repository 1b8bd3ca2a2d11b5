// SPDX-License-Identifier: Apache-2.0
// The demonstration: a simulated device, a small provisioning server and the real client in one
// process, over real sockets.
#pragma once

#include <costrand/activate/console.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/rps.hpp>
#include <costrand/trace/recorder.hpp>
#include <costrand/transports/heci_socket.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace costrand::activate {

struct demo_options {
    std::string device = "amt16"; // a built-in profile of the simulator
    bool lms = false;             // the simulated machine runs an LMS
    std::string profile;          // the one that the server has: what `recorded` is there
    std::string recorded = "ccm";
    // The server's own waits; the defaults are the recorded ones.
    sim::rps_timings timings;
    // What is to be otherwise about that device. May be empty.
    std::function<void(sim::profile &)> alter_device;
};

// A simulated machine and a server behind real sockets: the firmware's HECI at a unix socket in a
// folder of its own, the LMS and the server on loopback. Serves from its construction on.
class demo_world {
  public:
    demo_world(net::any_io_executor executor, const demo_options &options, core::log log);
    demo_world(const demo_world &) = delete;
    demo_world &operator=(const demo_world &) = delete;
    // The folder is removed. Await stop() first.
    ~demo_world();

    // Ends everything. Cancellation: ignored.
    [[nodiscard]] awaitable<void> stop();

    [[nodiscard]] const std::string &heci_path() const noexcept { return heci_path_; }
    // Nobody listens there without an LMS.
    [[nodiscard]] std::uint16_t lms_port(std::uint16_t of) const noexcept {
        return of == transports::lms_tls_port ? lms_tls_port_ : lms_port_;
    }
    [[nodiscard]] std::string server_url() const;
    [[nodiscard]] sim::firmware &device() noexcept { return device_; }
    [[nodiscard]] sim::rps_server &server() noexcept { return server_; }

  private:
    class folder {
      public:
        folder();
        folder(const folder &) = delete;
        folder &operator=(const folder &) = delete;
        ~folder();
        std::string path;
    };

    std::unique_ptr<core::random_source> random_;
    folder folder_;
    std::string heci_path_;
    sim::rps_server server_;
    sim::firmware device_;
    heci::socket_acceptor heci_;
    transports::tcp_acceptor lms_, lms_tls_, rps_;
    std::uint16_t lms_port_, lms_tls_port_;
    core::task_group tasks_;
};

// Completes only when the simulated device really is what its profile is to make it; throws
// activate::error otherwise. `seen_by` sees the client's run, unless null. What it made in the file
// system is gone in every case.
[[nodiscard]] awaitable<void> run_demo(net::any_io_executor executor, const settings &options,
                                       console &says, trace::recorder *seen_by);

} // namespace costrand::activate
