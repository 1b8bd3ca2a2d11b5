// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/state_text.hpp>

#include "encoding.hpp"
#include "lined_json.hpp"

#include <costrand/wsman/xml.hpp>

#include <boost/json/serialize.hpp>

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace costrand::sim {
namespace {

constexpr std::string_view format_name = "costrand-amtsim state";
constexpr std::int64_t format_version = 3, oldest_version = 1;
constexpr std::int64_t any_moment = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::max();

// What is kept, once for both directions. `clock` is the device's, ahead of UTC.
template <typename Archive, typename State>
void visit(Archive &a, State &s, auto &clock) {
    a.number("control_mode", s.mode, 0, 2);
    a.number("provisioning_state", s.provisioning, 0, 2);
    a.text("digest_realm", s.digest_realm);
    a.text("local_user", s.local_user);
    a.secret("local_password", s.local_password);
    a.text("admin_user", s.admin_user);
    a.secret("admin_ha1", s.admin_ha1);
    a.number("clock_ahead_of_utc", clock, -any_number, any_number);
    a.flag("amt_enabled", s.amt_enabled);
    a.flag("upid_enabled", s.upid_enabled);
    a.secret("tls_key", s.tls_key);
    a.bytes("tls_certificate", s.tls_certificate);
    if (a.since(2)) {
        a.secret("mebx_password", s.mebx_password);
        a.secrets("key_pairs", s.key_pairs);
        bool committed = s.tls.has_value();
        auto tls = s.tls.value_or(committed_tls());
        a.flag("tls_committed", committed);
        a.flag("tls_enabled", tls.enabled);
        a.flag("tls_mutual", tls.mutual);
        a.flag("tls_beside_plain", tls.plain);
        a.texts("tls_trusted_cns", tls.trusted_cns);
        if constexpr (!std::is_const_v<State>)
            s.tls = committed ? std::optional(std::move(tls)) : std::nullopt;
    }

    if (a.since(3)) {
        a.entries("acl", s.acl);
        a.flag("kerberos_cache", s.kerberos_cache);
    }

    bool started = s.host_based.has_value();
    auto start = s.host_based.value_or(host_based_start());
    a.flag("host_based_started", started);
    a.number("host_based_hash_algorithm", start.hash_algorithm, 0, 255);
    a.bytes("host_based_server_hash", start.server_hash);
    a.flag("host_based_vpn", start.host_vpn);
    a.texts("host_based_dns_suffixes", start.dns_suffixes);

    bool failed = s.last_failed_connection.has_value();
    auto attempt = s.last_failed_connection.value_or(failed_connection());
    a.flag("connection_failed", failed);
    a.number("connection_begun", attempt.begun, 0, any_moment);
    a.number("connection_given_up", attempt.given_up, 0, any_moment);
    a.text("connection_server", attempt.server);

    if constexpr (!std::is_const_v<State>) {
        s.host_based = started ? std::optional(std::move(start)) : std::nullopt;
        s.last_failed_connection = failed ? std::optional(std::move(attempt)) : std::nullopt;
    }
    a.objects("objects", s.objects);
}

std::uint32_t mask_of(const std::vector<std::uint32_t> &realms) {
    std::uint32_t mask = 0;
    for (const auto realm : realms)
        mask |= std::uint32_t{1} << realm;
    return mask;
}
std::vector<std::uint32_t> realms_of(std::uint32_t mask) {
    std::vector<std::uint32_t> realms;
    for (std::uint32_t realm = 0; realm < 32; ++realm)
        if ((mask >> realm & 1) != 0)
            realms.push_back(realm);
    return realms;
}

template <typename Archive, typename Entry>
void visit_entry(Archive &a, Entry &e) {
    a.number("handle", e.handle, 0, any_moment);
    a.text("user", e.user);
    a.secret("ha1", e.ha1);
    a.text("kerberos_sid", e.kerberos_sid);
    a.number("permission", e.permission, 0, any_moment);
    auto realms = mask_of(e.realms);
    a.number("realms", realms, 0, any_moment); // a bit for each
    if constexpr (!std::is_const_v<Entry>)
        e.realms = realms_of(realms);
    a.flag("enabled", e.enabled);
}

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

// Members, one a line, so that a reader can name the line.
class writer {
  public:
    static bool since(std::int64_t) { return true; }
    template <typename Number>
    void number(std::string_view key, const Number &value, std::int64_t, std::int64_t) {
        begin(key) += std::to_string(static_cast<std::int64_t>(value));
    }
    void flag(std::string_view key, bool value) { begin(key) += value ? "true" : "false"; }
    void text(std::string_view key, std::string_view value) { begin(key) += quoted(value); }
    void secret(std::string_view key, const core::secret &value) { text(key, value.reveal()); }
    void secrets(std::string_view key,
                 const std::map<std::string, core::secret, std::less<>> &by_name) {
        begin(key) += '{';
        std::string_view separator;
        for (const auto &[name, value] : by_name) {
            out_.append(separator).append(quoted(name)).append(": ");
            out_ += quoted(value.reveal());
            separator = ", ";
        }
        out_ += '}';
    }
    void entries(std::string_view key, const std::vector<acl_entry> &list) {
        begin(key) += '[';
        for (const auto &one : list) {
            writer entry;
            visit_entry(entry, one);
            out_.append(&one == list.data() ? "\n" : ",\n").append(entry.out_).append("\n}");
            core::wipe(entry.out_);
        }
        out_ += ']';
    }
    void bytes(std::string_view key, core::const_bytes value) { text(key, hex(value)); }
    void texts(std::string_view key, const std::vector<std::string> &list) {
        begin(key) += '[';
        for (const auto &one : list)
            out_.append(&one == list.data() ? "" : ", ").append(quoted(one));
        out_ += ']';
    }
    void objects(std::string_view key, const object_store &store) {
        begin(key) += "{";
        std::string_view separator = "\n";
        for (const auto *one : store.all()) {
            out_.append(separator).append(quoted(one->resource_uri)).append(": ");
            list(*one);
            separator = ",\n";
        }
        out_ += "\n}";
    }
    [[nodiscard]] core::secret finish() {
        out_ += "\n}\n";
        return core::secret(std::move(out_));
    }

  private:
    std::string &begin(std::string_view key) {
        return out_.append(out_.empty() ? "{\n" : ",\n").append(quoted(key)).append(": ");
    }
    void list(const object_class &one) {
        std::string_view separator = "[\n";
        for (const auto &instance : one.instances) {
            wsman::xml_writer document;
            wsman::write_tree(document, instance, {});
            // It was XML when it came in.
            out_.append(separator).append(quoted(document.finish().value()));
            separator = ",\n";
        }
        out_ += one.instances.empty() ? "[]" : "]";
    }

    std::string out_;
};

class reader {
  public:
    reader(std::string_view file, const lined_value &root)
        : file_(file),
          root_(root),
          from_(file, root) {}

    // Whether the text has what came with that version; what it lacks is as from the factory.
    [[nodiscard]] bool since(std::int64_t version) const noexcept { return version_ >= version; }

    template <typename Number>
    void number(std::string_view key, Number &to, std::int64_t least, std::int64_t most) {
        need(key, from_.take(key, to, least, most));
    }
    void flag(std::string_view key, bool &to) { need(key, from_.take(key, to)); }
    void text(std::string_view key, std::string &to) { need(key, from_.take(key, to)); }
    void secret(std::string_view key, core::secret &to) {
        std::string plain;
        text(key, plain);
        to = core::secret(std::move(plain));
    }
    void secrets(std::string_view key, std::map<std::string, core::secret, std::less<>> &to) {
        const auto *all = from_.child(key);
        need(key, all != nullptr);
        object_reader from(file_, *all);
        to.clear();
        for (const auto &[name, value] : all->members) {
            std::string plain;
            from.take(name, plain);
            to.emplace(name, core::secret(std::move(plain)));
        }
        from.finish();
    }
    void entries(std::string_view key, std::vector<acl_entry> &to) {
        const auto *all = from_.child(key);
        need(key, all != nullptr);
        if (all->what != lined_value::kind::list)
            from_.fail(*all, "\"" + std::string(key) + "\" wants a list");
        to.clear();
        for (const auto &item : all->items) {
            reader from(file_, item);
            acl_entry one;
            visit_entry(from, one);
            from.finish();
            to.push_back(std::move(one));
        }
    }
    void bytes(std::string_view key, std::vector<std::byte> &to) {
        std::string digits;
        text(key, digits);
        auto value = from_hex(digits);
        if (!value)
            from_.fail(*from_.child(key),
                       "\"" + std::string(key) + "\" wants pairs of hexadecimal digits");
        to = std::move(*value);
    }
    void texts(std::string_view key, std::vector<std::string> &to) {
        need(key, from_.take(key, to));
    }
    // The classes are the profile's: those of the file must be the same.
    void objects(std::string_view key, object_store &store) {
        const auto *all = from_.child(key);
        need(key, all != nullptr);
        object_reader classes(file_, *all);
        for (const auto *one : store.all()) {
            const std::string uri = one->resource_uri;
            std::vector<std::string> documents;
            if (!classes.take(uri, documents))
                classes.fail(*all, "the class " + uri + " is missing");
            std::vector<wsman::xml_element> instances;
            for (const auto &document : documents) {
                auto instance = wsman::parse_xml(document);
                if (!instance)
                    classes.fail(*classes.child(uri), "an instance of " + uri + " is no XML");
                instances.push_back(std::move(*instance));
            }
            store.edit(uri).instances = std::move(instances);
        }
        classes.finish();
    }
    void check_header(const profile &p) {
        std::string format, made_for;
        if (!from_.take("format", format) || format != format_name)
            from_.fail(root_, "this is no state of costrand-amtsim");
        number("version", version_, 0, any_number);
        if (version_ < oldest_version || version_ > format_version)
            from_.fail(root_,
                       "the state has version " + std::to_string(version_) +
                           ", this program reads versions " + std::to_string(oldest_version) +
                           " to " + std::to_string(format_version) +
                           ": begin with a new file, or use the program that wrote this one");
        text("profile", made_for);
        if (made_for != p.name)
            from_.fail(root_, "the state is of a device with the profile \"" + made_for +
                                  "\", not \"" + p.name + "\"");
    }
    void finish() { from_.finish(); }

  private:
    void need(std::string_view key, bool found) {
        if (!found)
            from_.fail(root_, "\"" + std::string(key) + "\" is missing: the state is not complete");
    }

    std::string_view file_;
    const lined_value &root_;
    object_reader from_;
    std::int64_t version_ = 0;
};

} // namespace

core::secret write_state(const device_state &state, const profile &p, std::int64_t utc_at_zero) {
    writer out;
    out.text("format", format_name);
    out.number("version", format_version, 0, any_number);
    out.text("profile", p.name);
    const std::int64_t clock = state.clock_base - utc_at_zero;
    visit(out, state, clock);
    return out.finish();
}

device_state read_state(std::string_view file, std::string_view text, const device_state &fresh,
                        const profile &p, std::int64_t utc_at_zero) {
    const auto root = parse_lined_json(file, text);
    reader from(file, root);
    from.check_header(p);
    device_state state = fresh;
    std::int64_t clock = 0;
    visit(from, state, clock);
    from.finish();
    state.clock_base = clock + utc_at_zero;
    return state;
}

} // namespace costrand::sim
