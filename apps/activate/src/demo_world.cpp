// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/demo.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/sim/serve.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace costrand::activate {

namespace {

constexpr const char *loopback = "127.0.0.1";

sim::rps_options server_options(const demo_options &options) {
    auto out = sim::recorded_rps_options();
    const auto recorded = out.profiles.at(options.recorded);
    out.profiles.insert_or_assign(options.profile, recorded);
    out.timings = options.timings;
    return out;
}

// The device knows the root of the server's provisioning certificate, and the domain.
sim::profile device_profile(const demo_options &options, sim::rps_server &server) {
    auto out = sim::built_in_profile(options.device);
    sim::trusted_root root;
    root.name = "root of the demonstration's server";
    root.hash = sim::sha256_hex(server.provisioning_root());
    out.roots.push_back(std::move(root));
    out.dns_suffix = "corp.example";
    if (options.alter_device)
        options.alter_device(out);
    return out;
}

} // namespace

demo_world::folder::folder() {
    path = (std::filesystem::temp_directory_path() / "costrand-demo-XXXXXX").string();
    if (!::mkdtemp(path.data()))
        throw error(exit_code::generic_failure,
                    path + ": " + std::generic_category().message(errno));
}

demo_world::folder::~folder() {
    std::error_code ignored; // a folder that stays does no harm
    std::filesystem::remove_all(path, ignored);
}

demo_world::demo_world(net::any_io_executor executor, const demo_options &options, core::log log)
    : random_(core::system_random()),
      heci_path_(folder_.path + "/heci"),
      server_(server_options(options), *random_, log),
      device_(executor, device_profile(options, server_), *random_, log),
      heci_(executor, heci_path_),
      lms_(executor, loopback, 0),
      lms_tls_(executor, loopback, 0),
      rps_(executor, loopback, 0),
      lms_port_(lms_.port()),
      lms_tls_port_(lms_tls_.port()),
      tasks_(executor) {
    tasks_.spawn(device_.run());
    tasks_.spawn(sim::serve_heci_socket(device_, heci_));
    tasks_.spawn(sim::serve_rps_port(server_, rps_));
    if (options.lms) {
        tasks_.spawn(sim::serve_lms_port(device_, lms_, transports::lms_plain_port));
        tasks_.spawn(sim::serve_lms_port(device_, lms_tls_, transports::lms_tls_port));
    } else {
        lms_.close();
        lms_tls_.close();
    }
}

demo_world::~demo_world() = default;

awaitable<void> demo_world::stop() {
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    device_.stop();
    tasks_.cancel();
    // Whatever a server of the demonstration failed with has shown at the client.
    (void)co_await core::as_result(tasks_.join());
}

std::string demo_world::server_url() const {
    return "ws://127.0.0.1:" + std::to_string(rps_.port()) + "/activate";
}

} // namespace costrand::activate
