// SPDX-License-Identifier: Apache-2.0
// The recorded conversations with a real server (test/data/rps-transcripts), for tests.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

struct recorded_frame {
    std::chrono::milliseconds at; // since the connection was made
    bool from_server = false;
    std::string text;
};

using transcript = std::vector<recorded_frame>;

// `name` as in rps-NAME.jsonl. Throws when the file is not there or is not what it should be.
transcript load_transcript(std::string_view name);

// All recorded conversations, in alphabetical order.
std::vector<std::string> transcript_names();

// A text file of test/data, line by line.
std::vector<std::string> load_lines(std::string_view path_in_data);

} // namespace costrand::test
