// SPDX-License-Identifier: Apache-2.0
// Which proxy leads to the provisioning server or the console: the option's, else the
// environment's.
#include "proxy_option.hpp"

#include <costrand/activate/failure.hpp>

namespace costrand::activate {

namespace {

// What may hold a password is not shown.
proxy_choice parse(const core::secret &url, const std::string &from) {
    auto parsed = transports::parse_proxy_url(url.reveal());
    if (parsed)
        return {std::move(*parsed), from};
    const bool may_be_shown = url.reveal().find('@') == std::string_view::npos;
    throw error(explain(parsed.error(), from,
                        may_be_shown ? "it is \"" + std::string(url.reveal()) + "\"" : ""));
}

} // namespace

void read_proxy(const option_value &value, settings &out) {
    if (value.from == origin::standard)
        return;
    out.never_proxy = value.text.empty();
    if (!out.never_proxy)
        out.proxy = parse(value.text, value.where);
}

void use_environment_proxy(settings &options, const transports::environment_reader &environment) {
    if (options.action != what_to_do::activate || options.demo || options.proxy ||
        options.never_proxy)
        return;
    const auto named = [&](const auto &server) {
        return transports::proxy_of_environment(server.secure, server.host, server.port,
                                                environment);
    };
    const auto found =
        options.management ? named(options.management->where) : named(options.server.where);
    if (found)
        options.proxy = parse(found->url, "the environment variable " + found->variable);
}

} // namespace costrand::activate
