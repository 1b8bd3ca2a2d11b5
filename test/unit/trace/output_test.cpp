// SPDX-License-Identifier: Apache-2.0
// The files of a trace.
#include <costrand/trace/output.hpp>

#include <doctest/doctest.h>

#include <boost/system/errc.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>

using namespace costrand;
using trace::output;

namespace {

struct folder {
    folder() {
        char name[] = "/tmp/costrand-output-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~folder() { std::filesystem::remove_all(path); }
    std::string path;
};

std::string content(const std::string &path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("a new file has the mode of any other, and what is written is there at once") {
    const folder f;
    const auto path = f.path + "/trace";
    const auto mask = ::umask(022);
    output out;
    REQUIRE(!out.open(path));
    ::umask(mask);
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0644);
    CHECK(!out.write("one\n"));
    CHECK(content(path) == "one\n");
    CHECK(!out.write("two\n"));
    CHECK(content(path) == "one\ntwo\n");
}

TEST_CASE("an old file keeps what it holds until it is cleared") {
    const folder f;
    const auto path = f.path + "/report";
    std::ofstream(path) << "an older and longer text";
    output out;
    REQUIRE(!out.open(path));
    CHECK(content(path) == "an older and longer text");
    out.clear();
    CHECK(!out.write("new"));
    CHECK(content(path) == "new");
}

TEST_CASE("what cannot be opened or written is told in the system's words") {
    output out;
    CHECK(out.open("/nonexistent/trace") == boost::system::errc::no_such_file_or_directory);
    CHECK(!out.is_open());
    CHECK(output().open("/") == boost::system::errc::is_a_directory);
    REQUIRE(!out.open("/dev/full"));
    CHECK(out.write("x") == boost::system::errc::no_space_on_device);
}

TEST_CASE("two names of one file are known as such, two devices are not") {
    const folder f;
    output a, b, c;
    REQUIRE(!a.open(f.path + "/x"));
    std::filesystem::create_hard_link(f.path + "/x", f.path + "/y");
    REQUIRE(!b.open(f.path + "/y"));
    REQUIRE(!c.open(f.path + "/z"));
    CHECK(a.same_file(b));
    CHECK(!a.same_file(c));
    output null, again;
    REQUIRE(!null.open("/dev/null"));
    REQUIRE(!again.open("/dev/null"));
    CHECK(!null.same_file(again));
}
