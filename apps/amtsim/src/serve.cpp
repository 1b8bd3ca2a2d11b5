// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"
#include "log_file.hpp"
#include "served_console.hpp"
#include "state_file.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/rps.hpp>
#include <costrand/sim/serve.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include <sys/resource.h>

namespace costrand::amtsim {
namespace {

// A folder of our own, removed in the end; or the user's, which stays.
class socket_folder {
  public:
    explicit socket_folder(std::string given) : path_(std::move(given)), ours_(path_.empty()) {
        if (!ours_) {
            std::filesystem::create_directories(path_);
            return;
        }
        path_ = (std::filesystem::temp_directory_path() / "costrand-amtsim-XXXXXX").string();
        if (!::mkdtemp(path_.data()))
            throw std::system_error(errno, std::generic_category(), path_);
    }
    socket_folder(const socket_folder &) = delete;
    socket_folder &operator=(const socket_folder &) = delete;
    ~socket_folder() {
        std::error_code ignored; // a folder that stays does no harm
        if (ours_)
            std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string &path() const noexcept { return path_; }

  private:
    std::string path_;
    bool ours_;
};

// A thousand devices are thousands of sockets.
void allow_many_files() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files); // what is missing shows when a socket cannot be made
}

// The same machine, but for what tells it from its neighbours.
sim::profile numbered(sim::profile p, std::size_t number) {
    char last[20];
    std::snprintf(last, sizeof last, "%012zx", number);
    if (number > 0) {
        p.uuid.replace(24, 12, last);
        p.host_name += "-" + std::to_string(number);
        p.wired.mac[4] = static_cast<std::uint8_t>(number >> 8);
        p.wired.mac[5] = static_cast<std::uint8_t>(number);
    }
    return p;
}

// Empty: the state is not kept.
std::string state_path(const settings &options, std::size_t number) {
    const bool one_of_many = options.count > 1 && !options.state_file.empty();
    return one_of_many ? options.state_file + "." + std::to_string(number) : options.state_file;
}

// One port of the LMS, at any port of this host.
struct lms_port {
    lms_port(net::any_io_executor executor, std::uint16_t port)
        : of_device(port),
          acceptor(executor, "127.0.0.1", std::uint16_t{0}) {}

    [[nodiscard]] const char *name() const noexcept {
        return of_device == transports::lms_tls_port ? "lms-tls" : "lms";
    }

    std::uint16_t of_device;
    transports::tcp_acceptor acceptor;
};

struct served {
    served(net::any_io_executor executor, const settings &options, std::size_t number,
           const std::string &folder, core::random_source &random, core::log log)
        : me(numbered(options.profile, number)),
          state(open_state(state_path(options, number), me, random, core::now(executor))),
          device(executor, me, random, std::move(log),
                 state ? state->state() : sim::new_device(me, random, core::now(executor)),
                 crypto_of(options)),
          path(folder + "/heci" + std::to_string(number)),
          heci(executor, path) {
        if (state)
            device.before_answers([this](const sim::device_state &now) { state->keep(now); });
        for (const auto &fault : options.faults)
            device.inject().order(fault);
        if (options.lms)
            for (const auto port : sim::lms_ports(me))
                lms.push_back(std::make_unique<lms_port>(executor, port));
    }

    sim::profile me;
    std::unique_ptr<state_file> state;
    sim::firmware device;
    std::string path;
    heci::socket_acceptor heci;
    std::vector<std::unique_ptr<lms_port>> lms;
};

class desk {
  public:
    desk(const settings &options, core::random_source &random, core::log log)
        : folder_(options.folder),
          strand_(core::make_session_strand(context_)),
          tasks_(strand_),
          signals_(context_, SIGINT, SIGTERM) {
        auto served_as = options;
        if (options.rps)
            make_server(served_as, random, log);
        if (options.console)
            console_.emplace(strand_, options, folder_.path(), random, log);
        for (std::size_t i = 0; i < options.count; ++i)
            devices_.push_back(std::make_unique<served>(
                strand_, served_as, i, folder_.path(), random,
                options.count > 1 ? named(log, "device " + std::to_string(i)) : log));
    }

    void run() {
        tell();
        core::spawn(strand_, serve(), core::rethrow);
        signals_.async_wait([this](error_code, int) {
            net::post(strand_, [this] {
                over_ = true;
                stop_.notify_all();
            });
        });
        context_.run();
    }

  private:
    // The devices are to believe the server: they know its root, and it their domain.
    void make_server(settings &options, core::random_source &random, const core::log &log) {
        auto how = sim::recorded_rps_options();
        const auto recorded = how.profiles.at("ccm");
        how.profiles.insert_or_assign(options.rps_profile, recorded);
        if (options.profile.dns_suffix != how.domains.at(0).suffix)
            how.domains.push_back({options.profile.dns_suffix, {}});
        server_.emplace(std::move(how), random, log);
        rps_.emplace(strand_, "127.0.0.1", std::uint16_t{0});
        sim::trusted_root root;
        root.name = "Small RPS";
        root.hash = sim::sha256_hex(server_->provisioning_root());
        options.profile.roots.push_back(std::move(root));
    }

    void tell() const {
        for (const auto &one : devices_) {
            std::printf("device %s unix:%s", one->device.device_profile().uuid.c_str(),
                        one->path.c_str());
            for (const auto &port : one->lms)
                std::printf(" %s 127.0.0.1:%u", port->name(),
                            static_cast<unsigned>(port->acceptor.port()));
            std::printf("\n");
        }
        if (rps_)
            std::printf("rps ws://127.0.0.1:%u/activate\n", static_cast<unsigned>(rps_->port()));
        if (console_)
            std::fputs(console_->told().c_str(), stdout);
        std::fflush(stdout);
    }

    awaitable<void> serve() {
        for (const auto &one : devices_) {
            tasks_.spawn(one->device.run());
            tasks_.spawn(sim::serve_heci_socket(one->device, one->heci));
            for (const auto &port : one->lms)
                tasks_.spawn(sim::serve_lms_port(one->device, port->acceptor, port->of_device));
        }
        if (rps_)
            tasks_.spawn(sim::serve_rps_port(*server_, *rps_));
        if (console_)
            console_->start(tasks_);
        while (!over_)
            co_await stop_.wait();
        for (const auto &one : devices_)
            one->device.stop();
        tasks_.cancel();
        (void)co_await core::as_result(tasks_.join()); // what a client did is no news of ours
    }

    socket_folder folder_;
    core::notifier stop_;
    bool over_ = false;
    net::io_context context_{1};
    net::any_io_executor strand_;
    std::vector<std::unique_ptr<served>> devices_;
    std::optional<sim::rps_server> server_;
    std::optional<transports::tcp_acceptor> rps_;
    std::optional<served_console> console_;
    core::task_group tasks_;
    net::signal_set signals_;
};

} // namespace

int serve_devices(const settings &options, core::log log) {
    allow_many_files();
    const auto random = options.seed ? core::seeded_random(*options.seed) : core::system_random();
    desk one(options, *random, std::move(log));
    one.run();
    return 0;
}

} // namespace costrand::amtsim
