// SPDX-License-Identifier: Apache-2.0
// Recorded material for the tests of wsman: AMT's replies, and the HTTP messages that a real
// provisioning server and a device exchanged. Where they are from: the README beside the data.
#pragma once

#include <costrand/core/bytes.hpp>

#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

inline std::string read_file(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE_MESSAGE(in, path);
    return {std::istreambuf_iterator<char>(in), {}};
}

// All files of that extension below a folder of test/data, sorted.
inline std::vector<std::filesystem::path> data_files(std::string_view folder,
                                                     std::string_view extension) {
    const auto root = std::filesystem::path(COSTRAND_TEST_DATA) / folder;
    std::vector<std::filesystem::path> out;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.path().extension() == extension)
            out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
}

inline std::string from_base64(std::string_view text) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == alphabet.npos)
            break;
        bits = bits << 6 | static_cast<unsigned>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    return out;
}

// One HTTP message of a recorded conversation.
struct recorded_message {
    std::string file; // without its extension
    bool request = false;
    std::string bytes;
};

inline std::vector<recorded_message> recorded_conversations() {
    std::vector<recorded_message> out;
    for (const auto &path : data_files("rps-transcripts", ".jsonl")) {
        std::ifstream lines(path);
        for (std::string line; std::getline(lines, line);) {
            const auto frame = boost::json::parse(line).as_object();
            boost::system::error_code not_json; // some final words of the server are plain text
            const auto value = boost::json::parse(frame.at("text").as_string(), not_json);
            if (not_json)
                continue;
            const auto &message = value.as_object();
            const std::string_view method = message.at("method").as_string();
            if (method != "wsman" && method != "response")
                continue;
            const auto *payload = message.if_contains("payload");
            if (payload == nullptr || !payload->is_string() || payload->as_string().empty())
                continue;
            out.push_back({path.stem().string(), method == "wsman",
                           from_base64(std::string_view(payload->as_string()))});
        }
    }
    REQUIRE(out.size() > 800); // 457 requests and their replies
    return out;
}

} // namespace costrand::test
