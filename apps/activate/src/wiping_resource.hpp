// SPDX-License-Identifier: Apache-2.0
// Memory for JSON that holds passwords or tokens.
#pragma once

#include <costrand/core/secret.hpp>

#include <boost/json/memory_resource.hpp>

#include <cstddef>
#include <new>

namespace costrand::activate {

// Overwrites what is given back. Outlives the values in it. Boost 1.81 asks for the memory of keys
// with one alignment and gives it back with another: all of it has the largest.
class wiping_resource final : public boost::json::memory_resource {
    void *do_allocate(std::size_t n, std::size_t) override { return ::operator new(n); }
    void do_deallocate(void *p, std::size_t n, std::size_t) override {
        core::wipe(p, n);
        ::operator delete(p, n);
    }
    bool do_is_equal(const boost::json::memory_resource &other) const noexcept override {
        return this == &other;
    }
};

} // namespace costrand::activate
