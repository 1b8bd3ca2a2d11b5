// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/ccapi_pipe.hpp>

#include <string>

namespace costrand::transports {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "ccapi pipe"; }
    std::string message(int value) const override {
        switch (static_cast<pipe_errc>(value)) {
        case pipe_errc::not_running:
            return "no credential cache server is running";
        case pipe_errc::already_running:
            return "a credential cache server is already running";
        case pipe_errc::being_started:
            return "another process is just starting a credential cache server";
        case pipe_errc::path_too_long:
            return "the path of the socket is longer than 107 bytes; set XDG_RUNTIME_DIR or "
                   "CCAPI_ENDPOINT to a shorter one";
        case pipe_errc::bad_endpoint:
            return "the path of the socket must be absolute and name a file";
        case pipe_errc::folder_missing:
            return "the folder for the socket does not exist";
        case pipe_errc::folder_insecure:
            return "the folder for the socket must be a real folder of this user with mode 0700";
        case pipe_errc::lock_insecure:
            return "the lock file must be a plain file of this user with mode 0600";
        case pipe_errc::endpoint_occupied:
            return "something that is not a socket stands where the socket belongs; remove it";
        case pipe_errc::no_space:
            return "no space is left for the socket in its folder";
        case pipe_errc::foreign_peer:
            return "the process at the other end belongs to another user";
        }
        return "unknown error of the credential cache pipe";
    }
};

} // namespace

const boost::system::error_category &pipe_category() noexcept {
    static const category instance;
    return instance;
}

bool is_insecure(const error_code &failure) noexcept {
    return failure == pipe_errc::folder_insecure || failure == pipe_errc::lock_insecure ||
           failure == pipe_errc::foreign_peer;
}

} // namespace costrand::transports
