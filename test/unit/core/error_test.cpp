// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/error.hpp>

#include <costrand/core/stream.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_category.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <string>
#include <system_error>

using boost::system::error_code;
using namespace costrand::core;
namespace net = boost::asio;

namespace {

constexpr errc all[] = {errc::closed,    errc::timed_out,      errc::message_too_large,
                        errc::malformed, errc::limit_exceeded, errc::overloaded};

} // namespace

TEST_CASE("an errc is an error code of costrand's category, and none is success") {
    for (errc e : all) {
        const error_code code = e;
        CHECK(code.failed());
        CHECK(std::string(code.category().name()) == "costrand");
        CHECK(code == e);
    }
}

TEST_CASE("every errc and cond has a text of its own") {
    std::set<std::string> texts;
    for (errc e : all)
        texts.insert(error_code(e).message());
    texts.insert(error_code(99, error_category()).message());
    CHECK(texts.size() == std::size(all) + 1);

    std::set<std::string> conditions;
    for (cond c : {cond::closed, cond::cancelled, cond::timed_out})
        conditions.insert(make_error_condition(c).message());
    CHECK(conditions.size() == 3);
}

TEST_CASE("cond::closed is our own close, not the peer's end of stream") {
    CHECK(error_code(errc::closed) == cond::closed);
    CHECK(costrand::core::end_of_stream != cond::closed);
    CHECK(error_code(net::error::connection_reset) != cond::closed);
    CHECK(error_code() != cond::closed);
}

TEST_CASE("cond::cancelled knows Asio's code and the system's") {
    CHECK(error_code(net::error::operation_aborted) == cond::cancelled);
    CHECK(error_code(ECANCELED, boost::system::system_category()) == cond::cancelled);
    CHECK(error_code(errc::closed) != cond::cancelled);
    CHECK(error_code(errc::timed_out) != cond::cancelled);
    CHECK(error_code() != cond::cancelled);
}

TEST_CASE("cond::timed_out knows our deadline and a TCP time-out") {
    CHECK(error_code(errc::timed_out) == cond::timed_out);
    CHECK(error_code(net::error::timed_out) == cond::timed_out);
    CHECK(error_code(ETIMEDOUT, boost::system::generic_category()) == cond::timed_out);
    CHECK(error_code(net::error::operation_aborted) != cond::timed_out);
    CHECK(error_code() != cond::timed_out);
}

TEST_CASE("the conditions hold after conversion to the standard library's error_code") {
    const std::error_code ours = error_code(errc::timed_out);
    const std::error_condition condition = make_error_condition(cond::timed_out);
    CHECK(ours == condition);
    const std::error_code closed = error_code(errc::closed);
    CHECK(closed != condition);
}
