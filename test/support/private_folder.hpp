// SPDX-License-Identifier: Apache-2.0
// A new folder of the user's own, mode 0700, that goes away with all that is in it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace costrand::test {

class private_folder {
  public:
    private_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "costrand-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    private_folder(const private_folder &) = delete;
    private_folder &operator=(const private_folder &) = delete;
    ~private_folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string file(const std::string &name) const {
        return (path_ / name).string();
    }

  private:
    std::filesystem::path path_;
};

} // namespace costrand::test
