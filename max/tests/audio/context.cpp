#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "audio/context.hpp"

using sideman::ContextRing;

namespace {

// A sample that tells its position, within the bounds of audio.
float sample_at(std::int64_t position) { return static_cast<float>(position % 1999 - 999); }

void write(ContextRing& ring, int count) {
    std::vector<float> block;
    for (int i = 0; i < count; ++i) block.push_back(sample_at(ring.end() + i));
    ring.write(block.data(), count);
}

bool right(const ContextRing& ring, std::int64_t position, int count) {
    std::vector<float> out(static_cast<std::size_t>(count), -5000.0f);
    if (!ring.read(position, out.data(), count)) return false;
    for (int i = 0; i < count; ++i) {
        if (out[static_cast<std::size_t>(i)] != sample_at(position + i)) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("the context is kept by position") {
    ContextRing ring(1000);
    CHECK(ring.end() == 0);
    CHECK(ring.start() == 0);
    CHECK(right(ring, 0, 0));
    CHECK_FALSE(right(ring, 0, 1));
    for (int i = 0; i < 500; ++i) {
        write(ring, 64 + i % 3);
        CHECK(right(ring, ring.start(), static_cast<int>(ring.end() - ring.start())));
        CHECK(ring.end() - ring.start() <= 1000);
    }
    CHECK(ring.end() - ring.start() == 1000);
    CHECK(right(ring, ring.end() - 64, 64));
    CHECK_FALSE(right(ring, ring.end() - 63, 64));
    CHECK_FALSE(right(ring, 0, 64));
    CHECK_FALSE(right(ring, -64, 64));
    CHECK_FALSE(right(ring, ring.end() + 1, 0));
    CHECK_FALSE(right(ring, std::numeric_limits<std::int64_t>::max(), 64));
    CHECK_FALSE(right(ring, std::numeric_limits<std::int64_t>::min(), 64));
}

TEST_CASE("of a block that is longer than the ring its end is kept") {
    ContextRing ring(100);
    write(ring, 50000);
    CHECK(ring.end() == 50000);
    CHECK(right(ring, ring.start(), 100));
}

TEST_CASE("what is no audio is none") {
    ContextRing ring(100);
    const float infinite = std::numeric_limits<float>::infinity();
    const float block[] = {std::nanf(""), infinite, -infinite, 1e9f, -1e9f, 0.5f};
    ring.write(block, 6);
    float out[6];
    REQUIRE(ring.read(0, out, 6));
    const float expected[] = {0, 0, 0, 1000, -1000, 0.5f};
    for (int i = 0; i < 6; ++i) CHECK(out[i] == expected[i]);
}

TEST_CASE("a read that is overtaken says so, and no other is wrong") {
    // Reads begin at the oldest sample there is, so that a block or two overtakes them.
    ContextRing ring(1);
    std::atomic<bool> done{false};
    std::thread audio([&] {
        std::vector<float> block(512);
        for (std::int64_t at = 0; !done;) {
            const int count = 64 << (at / 64 % 4);
            for (int i = 0; i < count; ++i) {
                block[static_cast<std::size_t>(i)] = sample_at(at + i);
            }
            ring.write(block.data(), count);
            at += count;
        }
    });
    constexpr int count = 288;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::int64_t whole = 0, overtaken = 0, wrong = 0;
    std::vector<float> out(count);
    while ((whole < 20000 || overtaken < 100) && std::chrono::steady_clock::now() < until) {
        const auto end = ring.end();
        const auto first = std::max<std::int64_t>(0, end - (whole % 2 ? 8192 : 4096));
        if (end - first < count) continue;
        if (!ring.read(first, out.data(), count)) {
            ++overtaken;
            whole += whole % 2;  // else it would be tried again and again
            continue;
        }
        ++whole;
        for (int i = 0; i < count; ++i) {
            wrong += out[static_cast<std::size_t>(i)] != sample_at(first + i);
        }
    }
    done = true;
    audio.join();
    CHECK(wrong == 0);
    CHECK(whole > 0);
    CHECK(overtaken > 0);
}
