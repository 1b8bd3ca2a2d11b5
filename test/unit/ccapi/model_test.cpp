// SPDX-License-Identifier: Apache-2.0
// Random calls of several clients, each answer and each wake compared with a plain model's.
#include "collection_bench.hpp"
#include "plain_model.hpp"

#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstdlib>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

constexpr std::size_t clients = 5, names = 6;

class player {
  public:
    explicit player(std::uint64_t seed) : random_(core::seeded_random(seed)) {}

    void step() {
        model_woken_.clear();
        client_ = 1 + below(clients);
        switch (below(16)) {
        case 0:
            return create(std::string(1, static_cast<char>('a' + below(names))));
        case 1:
            return destroy(any_id());
        case 2:
            return set_default(any_id());
        case 3:
        case 4:
            return store(any_id());
        case 5:
            return remove(any_id());
        case 6:
            return move(any_id(), any_id());
        case 7:
            return set_offset(any_id());
        case 8:
            return wait(any_id());
        case 9:
            return wait_for_collection();
        case 10:
            return below(8) ? void() : drop();
        case 11:
        case 12:
            return lock(any_id());
        case 13:
            return lock_collection();
        case 14:
            return below(2) ? unlock(any_id()) : unlock_collection();
        default:
            return set_principal(any_id());
        }
    }

    void compare() {
        std::string wanted;
        for (const auto &c : model_.list)
            wanted += (wanted.empty() ? "" : " ") + c.name;
        CHECK(b_.names() == wanted);
        for (const auto &c : model_.list) {
            const auto *ours = b_.core.find(c.id);
            REQUIRE(ours);
            CHECK(ours->principal == c.principal);
            CHECK(ours->kdc_offset == c.offset);
            CHECK(ours->last_default.has_value() == c.was_default);
            std::string bytes;
            for (const auto &x : c.credentials)
                bytes += (bytes.empty() ? "" : " ") + x;
            const auto walk = b_.core.new_credentials_iterator(99, c.id).value();
            CHECK(b_.credentials(walk) == bytes);
            (void)b_.core.release_credentials_iterator(walk);
        }
    }

  private:
    std::size_t below(std::size_t n) {
        std::array<std::byte, 2> b{};
        random_->fill(b);
        return (std::to_integer<std::size_t>(b[0]) * 256 + std::to_integer<std::size_t>(b[1])) % n;
    }
    // One that is or was there; nil now and then.
    uuid any_id() {
        if (!model_.list.empty() && below(4))
            return model_.list[below(model_.list.size())].id;
        return ids_.empty() ? uuid() : ids_[below(ids_.size())];
    }

    // Same wakes, whatever the order between different objects; of times only that there is one.
    void same_wakes() {
        std::vector<wake> ours = b_.woken;
        for (auto *list : {&ours, &model_woken_})
            for (auto &w : *list)
                if (w.time)
                    w.time = 0;
        std::ranges::sort(ours, {}, &wake::who);
        std::ranges::sort(model_woken_, {}, &wake::who);
        CHECK(ours == model_woken_);
    }
    template <typename Call>
    void same(errc wanted, const Call &call) {
        CHECK(b_.in_turn(call) == wanted);
        same_wakes();
    }
    template <typename Call>
    void same_late(std::optional<errc> wanted, const Call &call) {
        CHECK(b_.in_turn(call) == wanted);
        same_wakes();
    }

    void create(const std::string &name) {
        auto *there = model_.named(name);
        const auto id = b_.create(name, "p" + name);
        if (there) {
            CHECK(id == there->id);
            there->credentials.clear();
            there->principal = "p" + name;
            there->offset.reset();
            model_.change(*there, model_woken_);
            return same_wakes();
        }
        plain_cache fresh;
        fresh.id = id;
        fresh.name = name;
        fresh.principal = "p" + name;
        fresh.was_default = model_.list.empty();
        model_.list.push_back(std::move(fresh));
        model_.change(model_.list.back(), model_woken_);
        ids_.push_back(id);
        same_wakes();
    }
    void destroy(const uuid &id) {
        const errc wanted = model_.find(id) ? errc::no_error : errc::invalid_ccache;
        if (wanted == errc::no_error)
            model_.destroy(id, model_woken_);
        same(wanted, [&](turn &t) { return b_.core.destroy(id, t); });
    }
    void set_default(const uuid &id) {
        auto *c = model_.find(id);
        if (c && c != &model_.list.front()) {
            model_.changed(model_.list.front().waiters, model_woken_);
            std::rotate(model_.list.begin(), model_.list.begin() + (c - model_.list.data()),
                        model_.list.begin() + (c - model_.list.data()) + 1);
            model_.promote(model_woken_);
            model_.changed(model_.waiters, model_woken_);
        }
        same(c ? errc::no_error : errc::invalid_ccache,
             [&](turn &t) { return b_.core.set_default(id, t); });
    }
    void set_principal(const uuid &id) {
        auto *c = model_.find(id);
        if (c) {
            c->principal = "q";
            c->offset.reset();
            model_.change(*c, model_woken_);
        }
        same(c ? errc::no_error : errc::invalid_ccache,
             [&](turn &t) { return b_.core.set_principal(id, "q", t); });
    }
    void store(const uuid &id) {
        auto *c = model_.find(id);
        const std::string bytes = std::to_string(below(3)); // equal ones are stored twice
        if (c) {
            c->credentials.push_back(bytes);
            model_.change(*c, model_woken_);
        }
        same(c ? errc::no_error : errc::invalid_ccache,
             [&](turn &t) { return b_.core.store(id, core::as_bytes(bytes), t); });
    }
    void remove(const uuid &id) {
        auto *c = model_.find(id);
        if (!c || c->credentials.empty())
            return same(c ? errc::invalid_credentials : errc::invalid_ccache,
                        [&](turn &t) { return b_.core.remove(id, uuid(), t); });
        const auto which = below(c->credentials.size());
        const auto walk = b_.core.new_credentials_iterator(99, id).value();
        for (std::size_t i = 0; i < which; ++i)
            (void)b_.core.next_credential(walk);
        const uuid credential = b_.core.next_credential(walk).value()->id;
        (void)b_.core.release_credentials_iterator(walk);
        c->credentials.erase(c->credentials.begin() + static_cast<std::ptrdiff_t>(which));
        model_.change(*c, model_woken_);
        same(errc::no_error, [&](turn &t) { return b_.core.remove(id, credential, t); });
    }
    void move(const uuid &source, const uuid &destination) {
        auto *from = model_.find(source), *to = model_.find(destination);
        const bool both = from && to;
        if (both && from != to) {
            to->principal = from->principal;
            to->credentials = from->credentials;
            to->offset = from->offset;
            model_.changed(to->waiters, model_woken_);
            model_.destroy(source, model_woken_);
        }
        same(both ? errc::no_error : errc::invalid_ccache,
             [&](turn &t) { return b_.core.move(source, destination, t); });
    }
    void set_offset(const uuid &id) {
        auto *c = model_.find(id);
        const auto offset = below(2) ? std::optional<cc_time>(7) : std::nullopt;
        if (c) {
            c->offset = offset;
            model_.change(*c, model_woken_);
        }
        same(c ? errc::no_error : errc::invalid_ccache,
             [&](turn &t) { return b_.core.set_kdc_offset(id, offset, t); });
    }
    void wait(const uuid &id) {
        auto *c = model_.find(id);
        const ticket who = ++b_.last;
        const auto known = c ? b_.core.find(id)->change.time() : 0;
        const auto answer = b_.core.wait_for_cache_change(id, client_, known, who);
        CHECK(answer.has_value() == !c);
        if (c)
            c->waiters.emplace_back(client_, who);
        else
            CHECK(answer->error() == errc::invalid_ccache);
    }
    void wait_for_collection() {
        const ticket who = ++b_.last;
        CHECK(!b_.core.wait_for_change(client_, b_.core.change_time(), who));
        model_.waiters.emplace_back(client_, who);
    }
    void drop() {
        model_.drop(client_, model_woken_);
        same(errc::no_error,
             [&](turn &t) { return b_.core.drop_client(client_, t), errc::no_error; });
    }
    void lock(const uuid &id) {
        auto *c = model_.find(id);
        const ticket who = ++b_.last;
        const auto type = static_cast<std::uint32_t>(below(5));
        const bool may_wait = below(3) != 0;
        std::optional<errc> wanted = errc::invalid_ccache;
        if (c)
            wanted = c->lock.ask({client_, type, who}, may_wait, model_woken_);
        same_late(wanted,
                  [&](turn &t) { return b_.core.lock_cache(id, client_, type, may_wait, who, t); });
    }
    void lock_collection() {
        const ticket who = ++b_.last;
        const auto type = static_cast<std::uint32_t>(below(5));
        const bool may_wait = below(3) != 0;
        same_late(model_.lock.ask({client_, type, who}, may_wait, model_woken_), [&](turn &t) {
            return b_.core.lock_collection(client_, type, may_wait, who, t);
        });
    }
    void unlock(const uuid &id) {
        auto *c = model_.find(id);
        same(c ? c->lock.release(client_, model_woken_) : errc::invalid_ccache,
             [&](turn &t) { return b_.core.unlock_cache(id, client_, t); });
    }
    void unlock_collection() {
        same(model_.lock.release(client_, model_woken_),
             [&](turn &t) { return b_.core.unlock_collection(client_, t); });
    }

    std::unique_ptr<core::random_source> random_;
    collection_bench b_;
    plain_collection model_;
    std::vector<wake> model_woken_;
    std::vector<uuid> ids_; // of all that ever were
    client_id client_ = 0;
};

} // namespace

TEST_CASE("random calls of several clients are answered as a plain model answers them") {
    const char *wanted = std::getenv("COSTRAND_MODEL_SEEDS"); // docs/fuzzing.md
    const std::uint64_t seeds = wanted ? std::strtoull(wanted, nullptr, 10) : 10;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        player p(seed);
        for (int i = 0; i < 2'000; ++i) {
            p.step();
            if (i % 50 == 0)
                p.compare();
        }
        p.compare();
    }
}
