// SPDX-License-Identifier: Apache-2.0
// The management console of costrand-amtsim serve: two ports of this machine, plain and TLS, and a
// file with the root certificate of the latter.
#pragma once

#include "options.hpp"

#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/console.hpp>
#include <costrand/transports/tcp.hpp>

#include <string>

namespace costrand::amtsim {

class served_console {
  public:
    // Makes the ports, and the file in `folder`. Throws std::exception.
    served_console(net::any_io_executor executor, const settings &options,
                   const std::string &folder, core::random_source &random, core::log log);

    // Serves until the group is cancelled.
    void start(core::task_group &tasks);
    // Two lines: where it is.
    [[nodiscard]] std::string told() const;

  private:
    sim::console_server server_;
    sim::identity shown_; // by the port with TLS
    std::string root_file_;
    transports::tcp_acceptor plain_, secure_;
};

} // namespace costrand::amtsim
