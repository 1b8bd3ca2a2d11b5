// SPDX-License-Identifier: Apache-2.0
// Reads options as the program does, from values that a test gives.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace costrand::test {

// A folder of its own under the system's, gone with the object.
class temporary_folder {
  public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "costrand-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    temporary_folder(const temporary_folder &) = delete;
    temporary_folder &operator=(const temporary_folder &) = delete;
    ~temporary_folder() { std::filesystem::remove_all(path_); }

    const std::filesystem::path &path() const { return path_; }
    std::string write(const std::string &name, const std::string &text) const {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << text;
        return file.string();
    }

  private:
    std::filesystem::path path_;
};

struct given_options {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;
    std::string config; // text of config.yaml; empty: no such file
};

struct read_outcome {
    std::optional<activate::settings> settings;
    std::optional<activate::failure> failure;
    std::vector<activate::notice> notices;

    bool noted(std::string_view text) const {
        for (const auto &[level, line] : notices)
            if (line.find(text) != line.npos)
                return true;
        return false;
    }
};

inline read_outcome read(const given_options &given) {
    read_outcome out;
    const temporary_folder folder;
    const auto file = given.config.empty() ? (folder.path() / "config.yaml").string()
                                           : folder.write("config.yaml", given.config);
    activate::option_sources sources;
    sources.arguments = given.arguments;
    sources.environment = [&](const char *name) -> const char * {
        const auto found = given.environment.find(name);
        return found == given.environment.end() ? nullptr : found->second.c_str();
    };
    sources.config_file = file;
    try {
        const auto values =
            activate::read_options(activate::options(), std::move(sources), out.notices);
        out.settings = activate::make_settings(values, out.notices);
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    return out;
}

// The exit code of a refusal, 0 when the options were taken.
inline int refusal(const given_options &given) {
    const auto out = read(given);
    return out.failure ? static_cast<int>(out.failure->code) : 0;
}

} // namespace costrand::test
