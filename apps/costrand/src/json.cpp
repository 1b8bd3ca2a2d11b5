// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/report.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/exit_code.hpp>

#include <functional>

namespace costrand::commands {

namespace {

constexpr std::size_t step = 2; // rpc-cli.md 4.2

// One object or list after the other, indented.
class writer {
  public:
    void member(std::string_view key, std::string_view json) {
        next(key);
        out_ += json;
    }
    void object(std::string_view key, const std::function<void()> &members) {
        next(key);
        braces(members);
    }
    void list(std::string_view key, const std::function<void()> &elements) {
        next(key);
        enclose('[', elements, ']');
    }
    // Of a list.
    void element(const std::function<void()> &members) {
        begin_line();
        braces(members);
    }
    void braces(const std::function<void()> &members) { enclose('{', members, '}'); }
    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    void enclose(char open, const std::function<void()> &inside, char close) {
        out_ += open;
        ++depth_;
        empty_ = true;
        inside();
        --depth_;
        if (!empty_)
            out_ += '\n' + std::string(depth_ * step, ' ');
        out_ += close;
        empty_ = false;
    }
    void begin_line() {
        out_ += empty_ ? "\n" : ",\n";
        out_ += std::string(depth_ * step, ' ');
        empty_ = false;
    }
    void next(std::string_view key) {
        begin_line();
        out_ += activate::json_string(key) + ": ";
    }

    std::string out_;
    std::size_t depth_ = 0;
    bool empty_ = true;
};

void write_rows(writer &to, const std::vector<report_row> &rows) {
    for (const auto &row : rows) {
        if (row.value.empty() && !row.even_empty)
            continue;
        to.member(row.key,
                  row.as == report_row::form::text ? activate::json_string(row.value) : row.value);
    }
}

void write_section(writer &to, const report_section &section) {
    switch (section.as) {
    case report_section::shape::top:
        for (const auto &entry : section.entries)
            write_rows(to, entry.rows);
        break;
    case report_section::shape::object:
        for (const auto &entry : section.entries)
            to.object(section.key, [&] { write_rows(to, entry.rows); });
        break;
    case report_section::shape::map:
        to.object(section.key, [&] {
            for (const auto &entry : section.entries)
                to.object(entry.name, [&] { write_rows(to, entry.rows); });
        });
        break;
    case report_section::shape::list:
        to.list(section.key, [&] {
            for (const auto &entry : section.entries)
                to.element([&] { write_rows(to, entry.rows); });
        });
        break;
    }
}

} // namespace

std::string indented_json(std::string_view json) {
    std::string out;
    std::size_t depth = 0;
    const auto next_line = [&] { out += '\n' + std::string(depth * step, ' '); };
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"') {
            const auto begin = i;
            for (++i; i < json.size() && json[i] != '"'; ++i)
                if (json[i] == '\\')
                    ++i;
            out += json.substr(begin, i + 1 - begin);
        } else if ((c == '{' || c == '[') && i + 1 < json.size() &&
                   (json[i + 1] == '}' || json[i + 1] == ']')) {
            out += json.substr(i++, 2);
        } else if (c == '{' || c == '[') {
            out += c;
            ++depth;
            next_line();
        } else if (c == '}' || c == ']') {
            --depth;
            next_line();
            out += c;
        } else {
            out += c;
            if (c == ',')
                next_line();
            else if (c == ':')
                out += ' ';
        }
    }
    return out;
}

std::string as_json(const report &what, const activate::failure *why) {
    writer out;
    out.braces([&] {
        for (const auto &section : what)
            write_section(out, section);
        if (!why)
            return;
        out.member("status", activate::json_string("failed"));
        out.member("code", std::to_string(static_cast<int>(why->code)));
        out.member("name", activate::json_string(activate::name(why->code)));
        out.member("message", activate::json_string(why->text));
    });
    return out.take() + '\n';
}

} // namespace costrand::commands
