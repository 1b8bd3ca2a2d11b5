// SPDX-License-Identifier: Apache-2.0
// What every function of the C interface goes through: no exception leaves it, the thread is not
// cancelled within it, and its result is a published code. And the steps that they share.
#pragma once

#include "link.hpp"
#include "objects.hpp"

#include <costrand/ccapi/errc.hpp>
#include <costrand/core/error.hpp>

#include <pthread.h>

#include <new>
#include <utility>

namespace costrand::krb5cc {

using ccapi::errc;
using ccapi::message_id;

// A cancelled thread would unwind out of the middle of a call, through frames that cannot be left
// that way. It ends at its next point of cancellation behind the call.
class uncancelled {
  public:
    uncancelled() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    uncancelled(const uncancelled &) = delete;
    uncancelled &operator=(const uncancelled &) = delete;
    ~uncancelled() {
        int ours = 0;
        ::pthread_setcancelstate(before_, &ours);
    }

  private:
    int before_ = 0;
};

// body: errc()
template <typename Body>
cc_int32 guarded(Body body) noexcept {
    const uncancelled within;
    try {
        return ccapi::to_wire(body());
    } catch (const std::bad_alloc &) {
        return ccapi::to_wire(errc::no_memory);
    } catch (const boost::system::system_error &e) {
        if (e.code().category() == ccapi::error_category())
            return e.code().value();
        return ccapi::to_wire(errc::server_unavailable);
    } catch (...) {
        return ccapi::to_wire(errc::server_unavailable);
    }
}

inline ccapi::identifier kept(const ccapi::identifier_view &id) {
    ccapi::identifier out;
    out.server = id.server;
    out.object = id.object;
    return out;
}

inline ccapi::request request_of(message_id what) {
    ccapi::request out;
    out.what = what;
    return out;
}
inline ccapi::request request_of(message_id what, const ccapi::identifier &target) {
    ccapi::request out;
    out.what = what;
    out.target = target.view();
    return out;
}

// For requests whose reply has nothing but the error.
inline errc ask_for_nothing(const ccapi::request &what) {
    return ask(what).reply.error;
}

// `take` is given the reply if it is no error.
template <typename Take>
errc ask_for(const ccapi::request &what, Take take) {
    const auto a = ask(what);
    if (a.reply.error == errc::no_error)
        take(a.reply);
    return a.reply.error;
}

} // namespace costrand::krb5cc
