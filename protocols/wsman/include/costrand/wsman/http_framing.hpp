// SPDX-License-Identifier: Apache-2.0
// Where one HTTP/1 message ends, and what its body is, out of bytes that arrive in any pieces: what
// the parsers of requests and responses share. Refuses what two readers could frame differently.
// Sans-io.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/result.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/http_grammar.hpp>
#include <costrand/wsman/http_message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::wsman {

struct http_limits {
    // Start line, header fields, trailers and chunk extensions together. AMT's headers are below
    // 1 KiB; 32 KiB is what common servers take.
    std::size_t header_bytes = 32 * 1024;
    std::size_t header_fields = 100;
    // The largest known AMT reply has 75 KB.
    std::size_t body_bytes = 4 * 1024 * 1024;
    // Take a chunk size that counts UTF-16 units for what was meant: RPS counts so, which is wrong
    // as soon as its XML is not ASCII (rps-session.md 14). For simulated devices only: see
    // after_chunk below.
    bool utf16_chunk_sizes = false;
    // false: the body is framed and counted, but not kept (for readers of raw bytes).
    bool keep_body = true;
};

namespace detail {

// What requests and responses share: lines, fields, and the three ways a body is framed. Derived
// classes understand the start line and say what a message without a length means.
class message_parser {
  public:
    // Takes bytes off the front of `data` and gives how many; fewer than all only when the message
    // is complete. After an error every call gives the same error.
    [[nodiscard]] core::result<std::size_t> feed(core::const_bytes data) {
        std::size_t used = 0;
        while (!error_ && state_ != state::done && used < data.size()) {
            const auto n = step(data.subspan(used));
            used += n;
            consumed_ += n;
            if (std::exchange(restarted_, false))
                message_begin_ = consumed_;
        }
        if (error_)
            return error_;
        return used;
    }
    // The peer ended its direction. An error unless the message is complete with that.
    [[nodiscard]] core::result<void> end_of_stream() {
        if (!error_ && state_ == state::until_close)
            state_ = state::done;
        if (!error_ && state_ != state::done)
            error_ = errc::http_truncated;
        if (error_)
            return error_;
        return {};
    }

    [[nodiscard]] bool done() const noexcept { return !error_ && state_ == state::done; }
    // Whether any byte of a message was taken; empty lines before a request are none.
    [[nodiscard]] bool started() const noexcept { return consumed_ > skipped_; }
    // Whether the connection may carry another message after this one (once it is done).
    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

  protected:
    enum class body_rule { none, until_close, by_header };

    explicit message_parser(http_limits limits) : limits_(limits) {}
    ~message_parser() = default;
    message_parser(const message_parser &) = default;
    message_parser &operator=(const message_parser &) = default;

    virtual bool start_line(std::string_view line) = 0;
    // Whether the unfinished first line can still become a start line.
    virtual bool may_start(std::string_view beginning) const = 0;
    // After the header: `none` = no body whatever the header says; `until_close`, `by_header` =
    // what it means when the header gives no length: up to the end of the stream, or no body. Also
    // the place for checks; errors go to refuse().
    virtual body_rule after_header() = 0;

    void refuse(errc e) noexcept { error_ = e; }
    // The reply just read was an interim one: begin again.
    void restart() {
        headers_.clear();
        state_ = state::first_line;
        restarted_ = true;
    }

    http_limits limits_;
    http_headers headers_;
    std::string body_;
    int minor_version_ = 1;
    std::size_t consumed_ = 0;
    std::size_t message_begin_ = 0; // bytes before the final message: interim replies

  private:
    enum class state {
        first_line,
        fields,
        fixed_body,
        until_close,
        chunk_size,
        chunk_data,
        chunk_rest, // UTF-16 units beyond the bytes that were announced
        chunk_end,
        trailers,
        done,
    };

    std::size_t step(core::const_bytes data) {
        switch (state_) {
        case state::fixed_body:
        case state::chunk_data:
            return take_counted(data);
        case state::until_close:
            return take_until_close(data);
        case state::chunk_rest:
        case state::chunk_end:
            after_chunk(static_cast<char>(data[0]));
            return 1;
        default:
            return take_line(data);
        }
    }

    std::size_t take_line(core::const_bytes data) {
        const auto text = core::as_text(data);
        const auto lf = text.find('\n');
        const auto n = lf == text.npos ? text.size() : lf + 1;
        const auto room = limits_.header_bytes - line_.size();
        const bool whole = line_.empty() && lf != text.npos && n <= room; // it is read where it is
        if (!whole)
            line_.append(text.substr(0, std::min(n, room)));
        const auto line = whole ? text.substr(0, n) : std::string_view(line_);
        if (state_ == state::first_line && !may_start(line))
            refuse(errc::http_malformed);
        else if (n > room)
            refuse(errc::http_too_large);
        else if (lf != text.npos)
            finish_line(line);
        return n;
    }

    // `whole`: with its end, and valid until line_ changes.
    void finish_line(std::string_view whole) {
        // A bare LF is a line end for some readers only.
        if (!whole.ends_with("\r\n"))
            return refuse(errc::http_malformed);
        understand_line(whole.substr(0, whole.size() - 2), whole.size());
        line_.clear();
    }

    // `size`: with its end.
    void understand_line(std::string_view line, std::size_t size) {
        if (state_ == state::chunk_size)
            return begin_chunk(line);
        if (size > limits_.header_bytes - header_bytes_)
            return refuse(errc::http_too_large);
        header_bytes_ += size;
        if (state_ == state::first_line) {
            if (line.empty()) {
                skipped_ += size; // may_start allows it before requests only
                return;
            }
            if (!start_line(line))
                return refuse(errc::http_malformed);
            state_ = state::fields;
        } else if (!line.empty()) {
            take_field(line);
        } else if (state_ == state::trailers) {
            state_ = state::done;
        } else {
            end_header();
        }
    }

    void take_field(std::string_view line) {
        http_field field;
        if (!parse_field(line, field))
            return refuse(errc::http_malformed);
        if (++field_count_ > limits_.header_fields)
            return refuse(errc::http_too_large);
        // Trailers are dropped: no WS-MAN peer sends any, and merging them could change the
        // framing.
        if (state_ == state::fields)
            headers_.add(std::move(field));
    }

    void end_header() {
        const bool close = headers_.has_token("Connection", "close");
        keep_alive_ =
            !close && (minor_version_ > 0 || headers_.has_token("Connection", "keep-alive"));
        const auto codings = headers_.count("Transfer-Encoding");
        const auto lengths = headers_.count("Content-Length");
        // Both, or one of them twice, is how requests are smuggled past a second reader; a coding
        // in HTTP/1.0 is one that a 1.0 reader does not see.
        if (codings + lengths > 1 || (codings == 1 && minor_version_ == 0))
            return refuse(errc::http_ambiguous);
        if (codings == 1 && !equals_ignoring_case(headers_.value("Transfer-Encoding"), "chunked"))
            return refuse(errc::http_unsupported);
        std::uint64_t length = 0;
        if (lengths == 1 && !parse_decimal(headers_.value("Content-Length"), length))
            return refuse(errc::http_malformed);
        if (length > limits_.body_bytes)
            return refuse(errc::http_too_large);
        remaining_ = static_cast<std::size_t>(length);
        const auto rule = after_header();
        if (error_ || state_ == state::first_line)
            return;
        if (rule == body_rule::none || (rule == body_rule::by_header && codings + lengths == 0))
            state_ = state::done;
        else if (codings == 1)
            state_ = state::chunk_size;
        else if (lengths == 1)
            state_ = remaining_ == 0 ? state::done : state::fixed_body;
        else {
            state_ = state::until_close;
            keep_alive_ = false;
        }
    }

    std::size_t take_counted(core::const_bytes data) {
        const auto n = std::min(remaining_, data.size());
        keep(core::as_text(data.first(n)));
        remaining_ -= n;
        if (remaining_ == 0)
            state_ = state_ == state::fixed_body ? state::done : state::chunk_end;
        return n;
    }
    std::size_t take_until_close(core::const_bytes data) {
        if (data.size() > limits_.body_bytes - body_size_)
            refuse(errc::http_too_large);
        else
            keep(core::as_text(data));
        return data.size();
    }
    void keep(std::string_view piece) {
        body_size_ += piece.size();
        if (limits_.keep_body)
            body_.append(piece);
        if (limits_.utf16_chunk_sizes)
            for (char c : piece)
                units_ += utf16_units(c);
    }

    void begin_chunk(std::string_view line) {
        std::uint64_t size = 0;
        std::size_t extension = 0;
        if (!parse_chunk_size(line, size, extension))
            return refuse(errc::http_malformed);
        if (extension > limits_.header_bytes - header_bytes_ ||
            size > limits_.body_bytes - body_size_)
            return refuse(errc::http_too_large);
        header_bytes_ += extension;
        announced_ = remaining_ = static_cast<std::size_t>(size);
        units_ = 0;
        state_ = remaining_ == 0 ? state::trailers : state::chunk_data;
    }

    // A byte behind the announced ones: CR LF has to come. With utf16_chunk_sizes, if something
    // else comes and the chunk has characters of several bytes, the size is taken as UTF-16 units:
    // bytes are added until it is reached, and then CR LF has to come.
    void after_chunk(char c) {
        if (state_ == state::chunk_end) {
            if (c == '\r' && !cr_seen_) {
                cr_seen_ = true;
                return;
            }
            if (c == '\n' && cr_seen_) {
                cr_seen_ = false;
                state_ = state::chunk_size;
                return;
            }
            if (std::exchange(cr_seen_, false)) {
                extend_chunk('\r');
                return error_ ? void() : after_chunk(c);
            }
        }
        extend_chunk(c);
    }
    void extend_chunk(char c) {
        if (!limits_.utf16_chunk_sizes || units_ + utf16_units(c) > announced_)
            return refuse(errc::http_malformed);
        if (body_size_ == limits_.body_bytes)
            return refuse(errc::http_too_large);
        keep(std::string_view(&c, 1));
        state_ = units_ < announced_ ? state::chunk_rest : state::chunk_end;
    }

    state state_ = state::first_line;
    boost::system::error_code error_;
    std::string line_;
    std::size_t skipped_ = 0;
    std::size_t header_bytes_ = 0;
    std::size_t field_count_ = 0;
    std::size_t body_size_ = 0;
    std::size_t remaining_ = 0; // bytes of the fixed body or of the chunk
    std::size_t announced_ = 0; // the chunk's size as written
    std::size_t units_ = 0;     // UTF-16 units of the chunk so far
    bool cr_seen_ = false;
    bool keep_alive_ = false;
    bool restarted_ = false;
};

} // namespace detail
} // namespace costrand::wsman
