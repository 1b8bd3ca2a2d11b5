// SPDX-License-Identifier: Apache-2.0
#include "recorded_calls.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace costrand::test {

namespace {

std::vector<std::string> split(std::string_view text, std::string_view by) {
    std::vector<std::string> out;
    bool quoted = false;
    std::string part;
    for (std::size_t i = 0; i < text.size();) {
        quoted = quoted != (text[i] == '"');
        if (!quoted && text.substr(i).starts_with(by)) {
            out.push_back(std::move(part));
            part.clear();
            i += by.size();
        } else {
            part += text[i++];
        }
    }
    out.push_back(std::move(part));
    return out;
}

std::vector<std::string> sequence_lines() {
    std::ifstream file(std::filesystem::path(COSTRAND_TEST_DATA) / "rps-transcripts/sequences.md");
    if (!file)
        throw std::runtime_error("no recorded sequences");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

std::string to_text(const sim::rps_call &c) {
    return c.name + " \"" + c.subject + "\" " + std::to_string(c.status);
}

// `Delete "User Initiated" 400`, `AddNextCertInChain ×3`, `Get`.
void add_calls(std::vector<sim::rps_call> &to, const std::string &class_name,
               const std::string &text) {
    sim::rps_call call;
    call.status = 200;
    int times = 1;
    const auto words = split(text, " ");
    call.name = class_name + ' ' + words.at(0);
    for (std::size_t i = 1; i < words.size(); ++i) {
        std::string_view word = words[i];
        constexpr std::string_view cross = "×";
        if (word.starts_with('"')) {
            call.subject = word.substr(1, word.size() - 2);
        } else if (word.starts_with(cross)) {
            word.remove_prefix(cross.size());
            std::from_chars(word.data(), word.data() + word.size(), times);
        } else {
            std::from_chars(word.data(), word.data() + word.size(), call.status);
        }
    }
    to.insert(to.end(), static_cast<std::size_t>(times), call);
}

} // namespace

std::vector<std::string> recorded_section(std::string_view name) {
    const auto lines = sequence_lines();
    const auto heading = std::find(lines.begin(), lines.end(), "## " + std::string(name));
    if (heading == lines.end())
        throw std::runtime_error("no such sequence: " + std::string(name));
    const auto next =
        std::find_if(heading + 1, lines.end(), [](const auto &l) { return l.starts_with("## "); });
    return {heading + 1, next};
}

std::vector<sim::rps_call> calls_in(std::string_view list) {
    std::vector<sim::rps_call> out;
    for (std::string group : split(list, " · ")) {
        if (group.starts_with("["))
            group.erase(0, group.find("] ") + 2);
        const auto blank = group.find(' ');
        const auto class_name = group.substr(0, blank);
        for (const auto &call : split(std::string_view(group).substr(blank + 1), ", "))
            add_calls(out, class_name, call);
    }
    return out;
}

std::vector<sim::rps_call> recorded_calls(std::string_view name) {
    for (const auto &line : recorded_section(name))
        if (line.starts_with("AMT_") || line.starts_with("IPS_"))
            return calls_in(line);
    return {};
}

// "  60.48  R 80+1165  = AMT_X Delete "Alert" 400  C 574+1534": a time, the server's message, the
// call that was answered meanwhile, the client's message. Columns are two blanks apart.
std::vector<std::string> recorded_steps(std::string_view name) {
    std::vector<std::string> out;
    for (const auto &line : recorded_section(name)) {
        for (const auto &column : split(line, "  ")) {
            if (column.starts_with("R ") && column.ends_with(" ClientHello"))
                out.emplace_back("ClientHello");
            else if (column.starts_with("R port_switch"))
                out.emplace_back("port_switch");
            if (!column.starts_with("= "))
                continue;
            const std::string_view call = std::string_view(column).substr(2);
            const auto blank = call.find(' ');
            std::vector<sim::rps_call> read;
            add_calls(read, std::string(call.substr(0, blank)),
                      std::string(call.substr(blank + 1)));
            out.push_back(to_text(read.at(0)));
        }
    }
    return out;
}

std::vector<std::string> steps_of(const std::vector<sim::rps_call> &calls,
                                  const std::vector<std::pair<std::size_t, std::string>> &beside) {
    std::vector<std::string> out;
    auto next = beside.begin();
    for (std::size_t i = 0; i <= calls.size(); ++i) {
        for (; next != beside.end() && next->first == i; ++next)
            out.push_back(next->second);
        if (i < calls.size())
            out.push_back(to_text(calls[i]));
    }
    return out;
}

std::string to_text(const std::vector<std::string> &steps) {
    std::string out;
    for (const auto &s : steps)
        out += s + "\n";
    return out;
}

std::string to_text(const std::vector<sim::rps_call> &calls) {
    return to_text(steps_of(calls, {}));
}

} // namespace costrand::test
