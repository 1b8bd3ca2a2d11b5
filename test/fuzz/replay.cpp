// SPDX-License-Identifier: Apache-2.0
// Runs a fuzzer without libFuzzer: over each seed, its beginnings, and damaged copies of it. The
// same arguments give the same inputs, on every machine.
//
//     NAME_fuzz [--variants N] FILE_OR_FOLDER...
#include "fuzz.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// What a sanitizer calls before it ends the program; absent without one.
extern "C" void __sanitizer_set_death_callback(void (*)()) __attribute__((weak));

namespace {

using seed_bytes = std::vector<std::uint8_t>;

struct seed {
    std::string path;
    seed_bytes bytes;
};

// What runs now, for whoever ends the program.
std::string running;
const seed_bytes *running_bytes = nullptr;

void tell() {
    std::fprintf(stderr, "fuzz: the input was %s; it is in the file fuzz-finding\n",
                 running.c_str());
    std::ofstream("fuzz-finding", std::ios::binary)
        .write(reinterpret_cast<const char *>(running_bytes->data()),
               static_cast<std::streamsize>(running_bytes->size()));
}

void run(const std::string &name, const seed_bytes &bytes) {
    running = name;
    running_bytes = &bytes;
    // A block of exactly that size: the sanitizer sees a read behind it.
    const seed_bytes exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::vector<seed> read_seeds(const std::vector<std::string_view> &places) {
    std::vector<std::filesystem::path> paths;
    for (const auto place : places) {
        if (!std::filesystem::is_directory(place)) {
            paths.emplace_back(place);
            continue;
        }
        for (const auto &entry : std::filesystem::recursive_directory_iterator(place))
            if (entry.is_regular_file() && entry.path().extension() != ".md")
                paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<seed> seeds;
    for (const auto &path : paths) {
        std::ifstream in(path, std::ios::binary);
        if (!in)
            throw std::runtime_error("cannot read " + path.string());
        seeds.push_back({path.string(), seed_bytes(std::istreambuf_iterator<char>(in), {})});
    }
    if (seeds.empty())
        throw std::runtime_error("no seeds there");
    return seeds;
}

class damage {
  public:
    explicit damage(std::uint64_t seed) : random_(seed) {}

    // One to four changes.
    seed_bytes copy_of(const seed &from, const std::vector<seed> &others) {
        seed_bytes out = from.bytes;
        for (auto changes = 1 + below(4); changes > 0; --changes)
            change(out, others[below(others.size())].bytes);
        return out;
    }

  private:
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    static auto at(seed_bytes &b, std::size_t i) {
        return b.begin() + static_cast<std::ptrdiff_t>(i);
    }

    void change(seed_bytes &b, const seed_bytes &other) {
        const auto place = below(b.size() + 1);
        const auto length = std::min(below(64) + 1, b.size() - place);
        switch (below(8)) {
        case 0:
            if (place < b.size())
                b[place] ^= static_cast<std::uint8_t>(1U << below(8));
            break;
        case 1:
            if (place < b.size())
                b[place] = static_cast<std::uint8_t>(below(256));
            break;
        case 2:
            b.insert(at(b, place), 1 + below(8), static_cast<std::uint8_t>(below(256)));
            break;
        case 3:
            b.erase(at(b, place), at(b, place + length));
            break;
        case 4: { // a part twice
            const seed_bytes part(at(b, place), at(b, place + length));
            b.insert(at(b, below(b.size() + 1)), part.begin(), part.end());
            break;
        }
        case 5: { // a part of another seed
            const auto from = below(other.size() + 1);
            const auto n = std::min(below(256) + 1, other.size() - from);
            b.insert(at(b, place), other.data() + from, other.data() + from + n);
            break;
        }
        case 6: { // a number at which lengths and counts go wrong
            static constexpr std::array<std::uint32_t, 10> numbers{
                0,          1,          0xff,       0xffff,     0x7fffffff,
                0x80000000, 0xfffffffc, 0xfffffffe, 0xffffffff, 0x01000000};
            const auto number = numbers[below(numbers.size())];
            for (std::size_t i = 0; i < 4 && place + i < b.size(); ++i)
                b[place + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
            break;
        }
        default:
            b.resize(place);
        }
    }

    std::mt19937_64 random_;
};

// Every beginning of a short seed, 512 of a long one.
void run_beginnings(const seed &s) {
    const auto step = std::max<std::size_t>(1, s.bytes.size() / 512);
    for (std::size_t n = 0; n <= s.bytes.size(); n += step)
        run(s.path + ", its first " + std::to_string(n) + " bytes",
            seed_bytes(s.bytes.begin(), s.bytes.begin() + static_cast<std::ptrdiff_t>(n)));
}

int replay(std::size_t variants, const std::vector<std::string_view> &places) {
    const auto seeds = read_seeds(places);
    damage damaged(1);
    for (const auto &s : seeds) {
        run(s.path, s.bytes);
        run_beginnings(s);
        for (std::size_t i = 0; i < variants; ++i)
            run(s.path + ", damaged copy " + std::to_string(i + 1), damaged.copy_of(s, seeds));
    }
    std::printf("%zu seeds, %zu damaged copies of each: nothing found\n", seeds.size(), variants);
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    try {
        std::vector<std::string_view> places(argv + 1, argv + argc);
        std::size_t variants = 1000;
        if (places.size() > 1 && places[0] == "--variants") {
            variants = std::stoul(std::string(places[1]));
            places.erase(places.begin(), places.begin() + 2);
        }
        if (__sanitizer_set_death_callback != nullptr)
            __sanitizer_set_death_callback(&tell);
        std::signal(SIGABRT, [](int) {
            tell();
            std::signal(SIGABRT, SIG_DFL);
            std::raise(SIGABRT);
        });
        return replay(variants, places);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
        return 2;
    }
}
