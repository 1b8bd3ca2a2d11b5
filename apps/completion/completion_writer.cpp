// SPDX-License-Identifier: Apache-2.0
// Writes a completion: completion_writer bash|zsh PROGRAM OUTPUT. PROGRAM is costrand,
// costrand-activate, costrand-ccapid or costrand-lmsd. What has no effect, or is not in this
// version, is not offered.
#include "options.hpp"

#include <costrand/activate/options.hpp>
#include <costrand/ccapid/options.hpp>
#include <costrand/commands/command.hpp>

#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using activate::option_spec;
using activate::option_table;
using activate::standing;
using activate::value_kind;

namespace {

struct command {
    std::string_view name; // empty: of a program without commands
    std::string_view summary;
    option_table options;
};

std::vector<command> commands_of(std::string_view program) {
    if (program == "costrand-activate")
        return {{"", "", activate::options()}};
    if (program == "costrand-ccapid")
        return {{"", "", ccapid::options()}};
    if (program == "costrand-lmsd")
        return {{"", "", lmsd::options()}};
    if (program != "costrand")
        throw std::runtime_error(std::string(program) + ": no such program");
    std::vector<command> out;
    for (const auto &spec : commands::commands())
        out.push_back({spec.name, spec.summary, spec.options});
    return out;
}

std::string replaced(std::string_view text, char what, std::string_view by) {
    std::string out;
    for (const char c : text)
        out += c == what ? std::string(by) : std::string(1, c);
    return out;
}

// A function's name.
std::string identifier(std::string_view program) {
    return "_" + replaced(program, '-', "_");
}

bool offered(const option_spec &spec) {
    return spec.state == standing::works;
}
bool takes_value(const option_spec &spec) {
    return spec.kind != value_kind::toggle;
}
bool takes_file(const option_spec &spec) {
    return spec.value_name == "FILE" || spec.value_name == "PATH";
}

std::string option_words(option_table options) {
    std::string out;
    for (const auto &spec : options)
        if (offered(spec))
            out += (out.empty() ? "--" : " --") + std::string(spec.name);
    return out;
}

// What may follow an option, one case for each option of all commands.
std::string bash_values(const std::vector<command> &all) {
    std::string out;
    std::set<std::string_view> told;
    for (const auto &of : all)
        for (const auto &spec : of.options) {
            if (!offered(spec) || !takes_value(spec) || !told.insert(spec.name).second)
                continue;
            out += "    --" + std::string(spec.name) + ')';
            if (spec.kind == value_kind::choice)
                out += " COMPREPLY=($(compgen -W '" + replaced(spec.choices, '|', " ") +
                       "' -- \"$cur\"));";
            else if (takes_file(spec))
                out += " COMPREPLY=($(compgen -f -- \"$cur\"));";
            out += " return ;;\n";
        }
    return out;
}

std::string bash(std::string_view program) {
    const auto all = commands_of(program);
    const auto function = identifier(program);
    std::string names, cases;
    for (const auto &of : all) {
        if (of.name.empty())
            continue;
        names += (names.empty() ? "" : " ") + std::string(of.name);
        cases += "    " + std::string(of.name) + ") words='" + option_words(of.options) + "' ;;\n";
    }
    std::string out = "# Completion of " + std::string(program) + " for bash.\n" + function +
                      "() {\n"
                      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                      "  local command= words= word\n"
                      "  # bash takes the = of --name=value for a word of its own\n"
                      "  if [ \"$cur\" = = ]; then\n"
                      "    cur=\n"
                      "  elif [ \"$prev\" = = ]; then\n"
                      "    prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
                      "  fi\n"
                      "  COMPREPLY=()\n"
                      "  case $prev in\n" +
                      bash_values(all) + "  esac\n";
    const auto &first = all.front();
    if (names.empty()) {
        out += "  words='" + option_words(first.options) + "'\n";
    } else {
        out += "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD - 1}\"; do\n"
               "    case \" " +
               names +
               " \" in *\" $word \"*) command=$word; break ;; esac\n"
               "  done\n"
               "  case $command in\n" +
               cases + "    *) words='" + names + ' ' + option_words(first.options) +
               "' ;;\n"
               "  esac\n";
    }
    return out + "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F " + function +
           ' ' + std::string(program) + '\n';
}

// Within single quotes, and within the brackets of _arguments.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'')
            out += "'\\'";
        else if (c == '[' || c == ']' || c == ':' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_option(const option_spec &spec) {
    const std::string name = "--" + std::string(spec.name) + (takes_value(spec) ? "=" : "");
    std::string out = "'";
    if (spec.letter != 0) {
        const std::string letter = std::string("-") + spec.letter;
        out = "'(" + letter + " --" + std::string(spec.name) + ")'{" + letter +
              (takes_value(spec) ? "+" : "") + ',' + name + "}'";
    } else {
        out += name;
    }
    out += '[' + zsh_text(spec.help) + ']';
    if (takes_value(spec)) {
        out += ':' + std::string(spec.value_name.empty() ? "value" : spec.value_name) + ':';
        if (spec.kind == value_kind::choice)
            out += '(' + replaced(spec.choices, '|', " ") + ')';
        else if (takes_file(spec))
            out += "_files";
    }
    return out + "'";
}

std::string zsh_arguments(option_table options, const std::string &indent) {
    std::string out;
    for (const auto &spec : options)
        if (offered(spec))
            out += " \\\n" + indent + zsh_option(spec);
    return out;
}

std::string zsh(std::string_view program) {
    const auto all = commands_of(program);
    const auto function = identifier(program);
    std::string out = "#compdef " + std::string(program) + "\n# Completion of " +
                      std::string(program) + " for zsh.\n" + function + "() {\n";
    if (all.front().name.empty()) {
        out += "  _arguments -s" + zsh_arguments(all.front().options, "    ") + '\n';
    } else {
        std::string names, cases;
        for (const auto &of : all) {
            names += " '" + std::string(of.name) + ':' + zsh_text(of.summary) + "'";
            cases += "        " + std::string(of.name) + ") _arguments -s" +
                     zsh_arguments(of.options, "          ") + " ;;\n";
        }
        out += "  local state line\n"
               "  local -a commands=(" +
               names +
               ")\n"
               "  _arguments -s -C" +
               zsh_arguments(all.front().options, "    ") +
               " \\\n"
               "    '1: :->command' '*:: :->arguments'\n"
               "  case $state in\n"
               "    command) _describe command commands ;;\n"
               "    arguments)\n"
               "      case $line[1] in\n" +
               cases +
               "      esac ;;\n"
               "  esac\n";
    }
    return out + "}\n" + function + " \"$@\"\n";
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    try {
        const std::string_view shell = argv[1];
        const auto text = shell == "zsh" ? zsh(argv[2]) : bash(argv[2]);
        std::ofstream out(argv[3]);
        out << text;
        if (!out.flush())
            throw std::runtime_error(std::string(argv[3]) + " cannot be written");
    } catch (const std::exception &e) {
        std::fprintf(stderr, "completion_writer: %s\n", e.what());
        return 1;
    }
}
