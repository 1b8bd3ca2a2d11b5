#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The checks must find what they are for, and let good code pass.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "lint selftest: $1" >&2
  exit 1
}

# $1: rule, $2: code that breaks it, $3: folder it stands in (default: a protocol)
expect_trap() {
  local file="$work/${3:-protocols/x/src}/trap.cpp"
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$2" >"$file"
  { "$here/coro_traps.sh" "$file" || true; } | grep -q "$1" || fail "does not find $1 in: $2"
}
expect_clean() {
  local file="$work/protocols/x/src/clean.cpp"
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$1" >"$file"
  "$here/coro_traps.sh" "$file" || fail "complains about: $1"
}

expect_trap G1 'co_await f({.host = h});'
expect_trap G1 'co_await f(options{h, 1});'
expect_trap G1 'auto r = co_await as_result(accept(std::move(s), {}));'
expect_trap G2 'co_await run([name](int) { use(name); });'
expect_trap G3 'auto s = c ? co_await f() : std::string();'
expect_trap G5 'co_await sleep_until(d < limit ? start + d : limit);'
expect_trap A1 'using namespace boost::asio::experimental::awaitable_operators;'
expect_trap A4 'start(ex, [s]() -> awaitable<void> { co_await f(s); }());'
expect_trap A5 'spawn(ex, f(), net::detached);'
expect_trap A6 'co_await post(bind_executor(other, use_awaitable));'
expect_trap A9 'net::experimental::channel<void(error_code, int)> c;'
expect_trap co_spawn 'net::co_spawn(ex, f(), h);'
expect_trap co_spawn 'core::spawn(ex, f(), h);'
expect_trap 'one door' 'net::steady_timer t(ex);'

expect_clean 'while (auto n = co_await f(x)) { use(n); }'
expect_clean 'if (co_await f()) { co_return; }'
expect_clean '// co_await f({1}); and detached in a comment'
expect_clean 'auto text = "co_await f({1})"; co_await g(table[i], std::move(v));'
expect_clean 'const auto text = ok ? a : b; co_await link.send(text); co_await f([&x](int) { use(x); });'
expect_clean 'for (const auto &e : list) { co_await e.run(); }'

# $1: path, $2: include line that breaks the law there
expect_law() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/$(dirname "$1")"
  printf '%s\n' "$2" >"$work/tree/$1"
  ! "$here/include_law.sh" "$work/tree" >/dev/null || fail "the include law lets $2 pass in $1"
}
expect_law core/src/a.cpp '#include <costrand/apf/codec.hpp>'
expect_law transports/src/a.cpp '#include <costrand/apf/codec.hpp>'
expect_law protocols/rps/src/a.cpp '#include <costrand/wsman/http.hpp>'
expect_law protocols/apf/src/a.cpp '#include <costrand/transports/tcp.hpp>'
expect_law protocols/apf/include/costrand/apf/codec.hpp '#include <costrand/core/awaitable.hpp>'
expect_law protocols/apf/include/costrand/apf/window.hpp '#include <boost/asio/post.hpp>'
expect_law transports/include/costrand/transports/a.hpp '#include <boost/beast/core/role.hpp>'
expect_law protocols/wsman/include/costrand/wsman/a.hpp '#include <openssl/evp.h>'
expect_law sim/src/a.cpp '#include <boost/beast/core/role.hpp>'
expect_law apps/a/src/a.cpp '#include <boost/asio.hpp>'

rm -rf "$work/tree"
mkdir -p "$work/tree/sim/src"
echo '#include <costrand/apf/codec.hpp>' >"$work/tree/sim/src/a.cpp"
"$here/include_law.sh" "$work/tree" || fail "the include law forbids what sim may include"

echo "lint selftest: passed"
