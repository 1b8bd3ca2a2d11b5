// SPDX-License-Identifier: Apache-2.0
// order_core: the ordered list of ccaches (the first is the default) and the cursors over it. A
// cursor gives each ccache that is there all the time exactly once, although ccaches go, come and
// move to the front under it (docs/spec/ccapi.md 6). Nothing here takes time in proportion to the
// number of ccaches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

namespace costrand::ccapi {

// Places in the list are numbers that are never used twice: ever lower ones at the front, ever
// higher ones at the end.
using list_place = std::int64_t;

struct list_cursor {
    list_place after = 0; // all behind this place was not returned yet
    // What had not been returned when it moved to the front: its new places, all before `after`.
    std::set<list_place> moved;
};

template <typename T>
class order_core {
  public:
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
    // Null in an empty list.
    [[nodiscard]] T *first() const noexcept {
        return items_.empty() ? nullptr : items_.begin()->second;
    }

    [[nodiscard]] list_place append(T *item) {
        items_.emplace(back_, item);
        return back_++;
    }
    void remove(list_place place) { items_.erase(place); }

    // Moves an item to the front and gives its new place. `cursors` gives every cursor over this
    // list to the callable it is called with.
    template <typename Cursors>
    [[nodiscard]] list_place to_front(list_place from, const Cursors &cursors) {
        auto node = items_.extract(from);
        const list_place to = --front_;
        node.key() = to;
        items_.insert(std::move(node));
        cursors([from, to](list_cursor &c) {
            if (from > c.after || c.moved.erase(from))
                c.moved.insert(to);
        });
        return to;
    }

    // Before the first item, and before what will move to the front.
    [[nodiscard]] list_cursor begin() const { return {front_ - 1, {}}; }

    // In list order; null at the end, and what is appended later will still be found.
    [[nodiscard]] T *next(list_cursor &c) const {
        while (!c.moved.empty()) {
            const auto place = items_.find(*c.moved.begin());
            c.moved.erase(c.moved.begin());
            if (place != items_.end())
                return place->second;
        }
        const auto place = items_.upper_bound(c.after);
        if (place == items_.end())
            return nullptr;
        c.after = place->first;
        return place->second;
    }

  private:
    std::map<list_place, T *> items_;
    list_place front_ = 0, back_ = 0;
};

} // namespace costrand::ccapi
