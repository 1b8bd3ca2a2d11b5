// SPDX-License-Identifier: Apache-2.0
// The command line by Boost.Program_options. The only file that includes it.
#include <costrand/activate/cli.hpp>

#include <costrand/activate/failure.hpp>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <cstddef>

namespace costrand::activate::detail {

namespace {

namespace po = boost::program_options;

// Program_options lets a toggle swallow the word behind it, and knows neither `-vn` nor `--x=` with
// nothing behind: here each toggle gets its =true, and an empty value a token of its own.
class normaliser {
  public:
    explicit normaliser(option_table table) : table_(table) {}

    std::vector<std::string> operator()(const std::vector<std::string> &arguments) {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const std::string &token = arguments[i];
            bool value_follows = false;
            if (token == "--") {
                out_.insert(out_.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                            arguments.end());
                break;
            }
            if (token.starts_with("--"))
                value_follows = long_form(token);
            else if (token.size() > 1 && token[0] == '-')
                value_follows = short_form(token);
            else
                out_.push_back(token);
            if (!value_follows || i + 1 >= arguments.size())
                continue;                    // Program_options tells what is missing
            if (is_option(arguments[i + 1])) // which may hold a secret behind its =
                throw error(exit_code::incorrect_command_line_parameters,
                            token + ": its value is missing, the next argument is an option");
            out_.push_back(arguments[++i]);
        }
        return std::move(out_);
    }

  private:
    bool is_toggle(std::size_t index) const {
        return index != no_option && table_[index].kind == value_kind::toggle;
    }

    bool is_option(const std::string &token) const {
        if (token.starts_with("--"))
            return find_option(table_, std::string_view(token).substr(2, token.find('=') - 2)) !=
                   no_option;
        return token.size() == 2 && token[0] == '-' && find_letter(table_, token[1]) != no_option;
    }

    // True when the next token is the value.
    bool long_form(const std::string &token) {
        const auto equals = token.find('=');
        const std::string_view name = std::string_view(token).substr(2, equals - 2);
        const auto index = find_option(table_, equals == token.npos ? token.substr(2) : name);
        if (equals == token.npos) {
            out_.push_back(is_toggle(index) ? token + "=true" : token);
            return index != no_option && !is_toggle(index);
        }
        if (equals + 1 == token.size() && index != no_option) {
            out_.push_back(token.substr(0, equals));
            out_.emplace_back();
        } else {
            out_.push_back(token);
        }
        return false;
    }

    bool short_form(const std::string &token) {
        std::string_view rest(token);
        rest.remove_prefix(1);
        while (!rest.empty()) {
            const auto index = find_letter(table_, rest[0]);
            if (!is_toggle(index))
                break;
            const std::string name = "--" + std::string(table_[index].name);
            if (rest.size() > 1 && rest[1] == '=') {
                out_.push_back(name + std::string(rest.substr(1)));
                return false;
            }
            out_.push_back(name + "=true");
            rest.remove_prefix(1);
        }
        if (rest.empty())
            return false;
        std::string last = "-" + std::string(rest);
        if (rest.size() > 1 && rest[1] == '=') // -u=URL
            last.erase(2, 1);
        out_.push_back(last);
        return rest.size() == 1 && find_letter(table_, rest[0]) != no_option;
    }

    option_table table_;
    std::vector<std::string> out_;
};

po::options_description describe(option_table table) {
    po::options_description out;
    for (const option_spec &spec : table) {
        std::string names(spec.name);
        if (spec.letter != 0)
            names += std::string(",") + spec.letter;
        out.add_options()(names.c_str(), po::value<std::string>(), "");
    }
    return out;
}

po::parsed_options parse(const po::options_description &known,
                         const std::vector<std::string> &arguments) {
    using namespace po::command_line_style;
    try {
        return po::command_line_parser(arguments)
            .options(known)
            .style(allow_long | long_allow_adjacent | long_allow_next | allow_short |
                   allow_dash_for_short | short_allow_adjacent | short_allow_next)
            .run();
    } catch (const po::error &e) {
        throw error(exit_code::incorrect_command_line_parameters,
                    printable(e.what(), 200) + "; --help lists all options");
    }
}

void wipe_all(std::vector<std::string> &texts) noexcept {
    for (std::string &text : texts)
        core::wipe(text);
}

} // namespace

void read_command_line(option_values &values, std::vector<std::string> arguments,
                       std::vector<notice> &notices) {
    const auto table = values.table();
    auto tokens = normaliser(table)(arguments);
    wipe_all(arguments);
    const auto known = describe(table);
    auto parsed = parse(known, tokens);
    wipe_all(tokens);
    for (auto &option : parsed.options) {
        if (option.position_key >= 0) {
            values.words.insert(values.words.end(), option.value.begin(), option.value.end());
            continue;
        }
        const auto index = find_option(table, option.string_key);
        const option_spec &spec = table[index];
        const std::string where = "--" + std::string(spec.name);
        const std::string_view text =
            option.value.empty() ? std::string_view() : std::string_view(option.value.front());
        auto value = normal_form(spec, text);
        if (!value)
            throw error(exit_code::incorrect_command_line_parameters,
                        where + ": \"" + printable(text, 60) + "\" is not " + expected(spec));
        if (holds_secret(spec, *value))
            notices.emplace_back(core::log_level::warn,
                                 where +
                                     " on the command line can be seen by other users of this "
                                     "machine: use the environment variable " +
                                     std::string(spec.environment) + " or config.yaml");
        wipe_all(option.value);
        wipe_all(option.original_tokens);
        values.offer(index, {core::secret(std::move(*value)), origin::command_line, where});
    }
}

} // namespace costrand::activate::detail
