// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/faults.hpp>

#include <algorithm>

namespace costrand::sim {
namespace {

bool concerns(const fault &order, const fault_event &event) {
    return order.kind == event.kind && (!order.client || order.client == event.client) &&
           (!order.apf_type || order.apf_type == event.apf_type) &&
           (order.call.empty() || order.call == event.call);
}

} // namespace

bool faults::all_acted() const {
    return std::ranges::all_of(orders_, [](const entry &e) {
        if (e.order.lasting || e.order.times == fault::always)
            return e.first_acted.has_value();
        return e.seen >= e.order.at + e.order.times - 1;
    });
}

const fault *faults::happens(const fault_event &event) {
    entry *chosen = nullptr;
    for (auto &e : orders_)
        if (concerns(e.order, event) && acts(e) && !chosen)
            chosen = &e;
    if (!chosen)
        return nullptr;
    ++acted_;
    ++chosen->acted;
    return &chosen->order;
}

bool faults::acts(entry &e) {
    ++e.seen;
    if (e.seen < e.order.at)
        return false;
    if (!e.first_acted)
        e.first_acted = now_();
    if (!e.order.lasting)
        return e.seen - e.order.at < e.order.times;
    return now_() - *e.first_acted < *e.order.lasting;
}

} // namespace costrand::sim
