// SPDX-License-Identifier: Apache-2.0
// The challenge of docs/spec/ccapi.md 11.6, in a folder of the test's own.
#include <costrand/transports/ccapi_challenge.hpp>

#include <costrand/core/error.hpp>

#include <support/private_folder.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace costrand;
using transports::meet_challenge;
using transports::pipe_challenge;

namespace {

namespace fs = std::filesystem;

transports::pipe_place place_in(const std::string &folder) {
    transports::pipe_environment environment = [&folder](const char *name) -> const char * {
        return std::string(name) == "XDG_RUNTIME_DIR" ? folder.c_str() : nullptr;
    };
    return transports::own_pipe_place(transports::pipe_scope::user, environment).value();
}

std::string name_of(const std::string &random) {
    return "krbcc." + std::to_string(::getuid()) + ".auth." + random;
}

void put(const std::string &path, const std::string &bytes, mode_t mode) {
    std::ofstream(path) << bytes;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
}

std::string contents_of(const std::string &path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("a challenge is met by its number plus one, in the file and in the answer") {
    const test::private_folder folder;
    const auto place = place_in(folder.path());
    const auto path = folder.file(name_of("42"));
    {
        const pipe_challenge asked(place, 42, 0x01020304);
        CHECK(asked.name() == name_of("42"));
        CHECK(contents_of(path) == "\x01\x02\x03\x04");
        struct stat about {};
        REQUIRE(::stat(path.c_str(), &about) == 0);
        CHECK((about.st_mode & 07777) == 0600);
        CHECK_FALSE(asked.is_met_by(0x01020305)); // said, but not done
        CHECK(meet_challenge(place, asked.name()) == 0x01020305u);
        CHECK(contents_of(path) == "\x01\x02\x03\x05");
        CHECK(asked.is_met_by(0x01020305));
        CHECK_FALSE(asked.is_met_by(0x01020304)); // done, but not said
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("the largest number is raised to 0") {
    const test::private_folder folder;
    const auto place = place_in(folder.path());
    const pipe_challenge asked(place, 1, 0xffffffff);
    CHECK(meet_challenge(place, asked.name()) == 0u);
    CHECK(asked.is_met_by(0));
}

TEST_CASE("a challenge is never made in a file that is there") {
    const test::private_folder folder;
    const auto path = folder.file(name_of("1"));
    put(path, "mine", 0600);
    CHECK_THROWS_AS(pipe_challenge(place_in(folder.path()), 1, 5), system_error);
    CHECK(contents_of(path) == "mine");
}

TEST_CASE("the server writes to no file that is not a challenge of its own folder") {
    const test::private_folder folder, other;
    const auto place = place_in(folder.path());
    const std::string four = "abcd";
    put(folder.file("abcd"), four, 0600);
    put(folder.file(name_of("open")), four, 0640);
    put(folder.file(name_of("long")), "abcde", 0600);
    put(folder.file(name_of("short")), "abc", 0600);
    put(other.file(name_of("1")), four, 0600);
    fs::create_symlink(folder.file("abcd"), folder.file(name_of("link")));
    fs::create_directory(folder.file(name_of("folder")));
    REQUIRE(::mkfifo(folder.file(name_of("fifo")).c_str(), 0600) == 0);
    const auto outside = "../" + fs::path(other.path()).filename().string() + "/" + name_of("1");
    for (const auto &name :
         {std::string(), std::string("abcd"), name_of(""), name_of("missing"), name_of("open"),
          name_of("long"), name_of("short"), name_of("link"), name_of("folder"), name_of("fifo"),
          outside, name_of("1/../x"), "krbcc.99999.auth.1" + std::string()}) {
        CAPTURE(name);
        CHECK_FALSE(meet_challenge(place, name));
    }
    CHECK(contents_of(folder.file("abcd")) == four);
    CHECK(contents_of(folder.file(name_of("open"))) == four);
    CHECK(contents_of(other.file(name_of("1"))) == four);
}
