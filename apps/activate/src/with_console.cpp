// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/with_console.hpp>

#include "server_failure.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/management_console.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <optional>
#include <string>
#include <utility>

namespace costrand::activate {

namespace {

class deactivation {
  public:
    deactivation(const environment &env, const settings &options)
        : env_(env),
          options_(options),
          console_(console_of(env, options)) {}

    awaitable<local_report> whole(local_request what) {
        what.before_change = [this](std::string uuid) { return prove(std::move(uuid)); };
        auto report = co_await run_locally(env_, options_, std::move(what));
        report.note = co_await forget();
        co_return report;
    }

  private:
    // Wrong passwords and unreachable consoles show here, while the device is as it was.
    awaitable<void> prove(std::string uuid) {
        uuid_ = options_.uuid.empty() ? std::move(uuid) : options_.uuid;
        if (!heci::is_usable_uuid(uuid_))
            throw error(exit_code::invalid_uuid,
                        "the device's UUID is " + uuid_ +
                            ", which its maker never set, so its record at the console cannot be "
                            "told from others': give the right one with --uuid");
        env_.step("asking the console for the device's record");
        co_await console_.log_in();
        known_ = co_await console_.knows_device(uuid_);
        if (!known_)
            env_.log.warn("console", "the console has no record of device ", uuid_);
    }

    awaitable<std::string> forget() {
        if (!known_)
            co_return "the console had no record of it";
        env_.step("deleting the device's record");
        std::optional<failure> failed;
        try {
            (void)co_await console_.delete_device(uuid_);
        } catch (const error &e) {
            failed = e.why();
        }
        if (failed)
            throw error(failed->code,
                        "the device is no longer activated, but the console still has its record "
                        "(" +
                            failed->text + "): delete " + console_.record_of(uuid_) +
                            " there, by hand");
        co_return "the console's record of it is deleted";
    }

    const environment &env_;
    const settings &options_;
    management_console console_;
    std::string uuid_;
    bool known_ = false;
};

} // namespace

management_console console_of(const environment &env, const settings &options) {
    auto where = *options.management;
    where.way = way_words(options);
    return management_console(std::move(where), env.ask_console, env.log);
}

awaitable<local_report> deactivate_with_console(const environment &env, const settings &options,
                                                local_request what) {
    deactivation one(env, options);
    co_return co_await one.whole(std::move(what));
}

} // namespace costrand::activate
