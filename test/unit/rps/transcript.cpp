// SPDX-License-Identifier: Apache-2.0
#include "transcript.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace costrand::test {

namespace {

const std::filesystem::path data(COSTRAND_TEST_DATA);

} // namespace

std::vector<std::string> load_lines(std::string_view path_in_data) {
    std::ifstream file(data / path_in_data);
    if (!file)
        throw std::runtime_error("no test data: " + std::string(path_in_data));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

transcript load_transcript(std::string_view name) {
    transcript out;
    for (const auto &line : load_lines("rps-transcripts/rps-" + std::string(name) + ".jsonl")) {
        const auto value = boost::json::parse(line);
        const auto &object = value.as_object();
        const std::string_view direction = object.at("dir").as_string();
        if (direction != "rps>client" && direction != "client>rps")
            throw std::runtime_error("unknown direction in " + std::string(name));
        out.push_back({std::chrono::milliseconds(object.at("t").as_int64()),
                       direction == "rps>client", std::string(object.at("text").as_string())});
    }
    return out;
}

std::vector<std::string> transcript_names() {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(data / "rps-transcripts")) {
        const std::string stem = entry.path().stem().string();
        if (entry.path().extension() == ".jsonl" && stem.starts_with("rps-"))
            names.push_back(stem.substr(4));
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace costrand::test
