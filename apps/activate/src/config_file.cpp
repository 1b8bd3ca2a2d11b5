// SPDX-License-Identifier: Apache-2.0
// config.yaml in the working directory. With document.cpp the only file that includes yaml-cpp.
#include <costrand/activate/cli.hpp>

#include <costrand/activate/failure.hpp>

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace costrand::activate::detail {

namespace {

constexpr std::size_t size_limit = 1024 * 1024;

std::string at_line(const std::string &path, const YAML::Mark &mark) {
    return mark.is_null() ? path : path + ", line " + std::to_string(mark.line + 1);
}

// Nothing when there is no such file.
std::optional<std::string> read_text(const std::string &path) {
    std::error_code failed;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        failed.assign(errno, std::generic_category());
        throw error(exit_code::failed_reading_configuration, path + ": " + failed.message());
    }
    if (!S_ISREG(status.st_mode))
        throw error(exit_code::failed_reading_configuration, path + ": not a file");
    if (static_cast<std::size_t>(status.st_size) > size_limit)
        throw error(exit_code::failed_reading_configuration, path + ": larger than 1 MiB");
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    if (!in)
        throw error(exit_code::failed_reading_configuration,
                    path + ": cannot be read: is it yours?");
    return std::move(out).str();
}

YAML::Node parse(const std::string &path, const std::string &text) {
    try {
        return YAML::Load(text);
    } catch (const YAML::Exception &e) {
        throw error(exit_code::failed_reading_configuration,
                    at_line(path, e.mark) + ": " + printable(e.msg, 200));
    }
}

class reader {
  public:
    reader(option_values &values, const std::string &path, std::vector<notice> &notices)
        : values_(values),
          path_(path),
          notices_(notices) {}

    bool secrets_found() const noexcept { return secrets_found_; }

    void top(const YAML::Node &root) {
        need_map(root, "the file");
        for (const auto &entry : root) {
            const std::string key = entry.first.as<std::string>("");
            if (is_command(key))
                command(key, entry.second);
            else
                option(key, {}, entry.first, entry.second);
        }
    }

  private:
    bool is_command(const std::string &key) const {
        // Commands of the other programs that share the file.
        for (std::string_view other :
             {"amtinfo", "version", "deactivate", "configure", "diagnostics"})
            if (key == other)
                return true;
        for (const option_spec &spec : values_.table())
            if (!spec.command.empty() && spec.command == key)
                return true;
        return false;
    }

    void command(const std::string &name, const YAML::Node &map) {
        bool ours = false;
        for (const option_spec &spec : values_.table())
            ours = ours || spec.command == name;
        if (!ours || map.IsNull())
            return;
        need_map(map, "\"" + name + "\"");
        for (const auto &entry : map)
            option(entry.first.as<std::string>(""), name, entry.first, entry.second);
    }

    // Options of all commands may stand at the top or within a command's map.
    void option(const std::string &key, std::string_view in, const YAML::Node &place,
                const YAML::Node &node) {
        const std::string where = at_line(path_, place.Mark());
        const auto index = find_option(values_.table(), key);
        if (index == no_option) {
            notices_.emplace_back(core::log_level::warn,
                                  where + ": no option is called \"" + printable(key, 60) + "\"");
            return;
        }
        const option_spec &spec = values_.table()[index];
        if (!spec.command.empty() && spec.command != in) {
            notices_.emplace_back(core::log_level::warn,
                                  where + ": \"" + key +
                                      "\" has no effect here: it belongs under "
                                      "\"" +
                                      std::string(spec.command) + ":\"");
            return;
        }
        if (node.IsNull())
            return;
        auto value = node.IsScalar() ? normal_form(spec, node.Scalar()) : std::nullopt;
        if (!value)
            throw error(exit_code::missing_or_invalid_configuration,
                        where + ": \"" + key + "\" is not " + expected(spec));
        secrets_found_ = secrets_found_ || holds_secret(spec, *value);
        values_.offer(index, {core::secret(std::move(*value)), origin::file, where});
    }

    void need_map(const YAML::Node &node, const std::string &what) const {
        if (!node.IsMap())
            throw error(exit_code::missing_or_invalid_configuration,
                        at_line(path_, node.Mark()) + ": " + what +
                            " must hold lines of the form \"name: value\"");
    }

    option_values &values_;
    const std::string &path_;
    std::vector<notice> &notices_;
    bool secrets_found_ = false;
};

} // namespace

void read_config_file(option_values &values, const std::string &path,
                      std::vector<notice> &notices) {
    auto text = read_text(path);
    if (!text)
        return;
    const YAML::Node root = parse(path, *text);
    core::wipe(*text);
    if (root.IsNull())
        return;
    notices.emplace_back(core::log_level::info, "option values may come from " + path);
    reader from(values, path, notices);
    from.top(root);

    struct stat status {};
    if (from.secrets_found() && ::stat(path.c_str(), &status) == 0 &&
        (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        notices.emplace_back(core::log_level::warn,
                             path + " holds a secret and can be read by other users: chmod 600");
}

} // namespace costrand::activate::detail
