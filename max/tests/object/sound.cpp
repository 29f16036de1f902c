#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "object/allocations.hpp"
#include "object/box.hpp"

using namespace std::chrono_literals;

namespace {

// An object that plays at 1,000 Hz, where 20 ms are 20 samples.
struct Playing : Box {
    Playing() {
        prepare(1'000);
        send("start");
    }
};

double largest_step(const std::vector<double>& samples, double before) {
    double largest = 0;
    for (const double sample : samples) {
        largest = std::max(largest, std::abs(sample - before));
        before = sample;
    }
    return largest;
}

}  // namespace

TEST_CASE("a block allocates nothing") {
    auto& world = fakes::new_world();
    world.sound = [](float context, std::size_t) { return context; };
    Playing box;
    std::vector<double> first(10'000), second(10'000);
    double* planes[] = {first.data(), second.data()};
    const long before = allocations();
    for (const int count : {64, 1, 10'000}) box.object.process(first.data(), planes, count);
    const long in_blocks = allocations() - before;
    box.block(64);  // makes its own input and output
    const long around_a_block = allocations() - before;
    CHECK(in_blocks == 0);
    CHECK(around_a_block > 0);  // they are counted
}

TEST_CASE("rows come out of their outlets, and gain is reached in 20 ms") {
    auto& world = fakes::new_world();
    world.sound = [](float, std::size_t row) { return row == 0 ? 0.5f : -0.25f; };
    Playing box;
    auto out = box.block(64);
    CHECK(largest_step(out[0], 0) < 0.03);
    CHECK(out[0][19] == 0.5);
    CHECK(out[1][63] == -0.25);
    box.send("gain", {2.0});
    out = box.block(64);
    CHECK(largest_step(out[0], 0.5) < 0.03);
    CHECK(out[0][10] > 0.5);
    CHECK(out[0][10] < 1.0);
    CHECK(out[0][19] == 1.0);
    box.send("bypass", {1.0});
    out = box.block(64);
    CHECK(largest_step(out[0], 1.0) < 0.06);
    CHECK(out[0][19] == 0);
    box.send("bypass", {0.0});
    CHECK(box.block(64)[0][63] == 1.0);
    CHECK(world.last().samples == 4 * 64);  // bypass does not stop the session
}

TEST_CASE("the outputs may be the input's memory, in blocks of any size") {
    auto& world = fakes::new_world();
    world.sound = [](float context, std::size_t row) {
        return context * static_cast<float>(row + 1);
    };
    Playing box;
    box.block(64);
    for (const int count : {1, 63, 64, 4'096, 4'097, 10'000}) {
        CAPTURE(count);
        const auto size = static_cast<std::size_t>(count);
        std::vector<float> first(size), second(size);
        for (std::size_t i = 0; i < size; ++i) first[i] = static_cast<float>(i % 1'000);
        const std::vector<float> input = first;
        float* planes[] = {first.data(), second.data()};
        box.object.process(first.data(), planes, count);
        CHECK(first == input);
        CHECK(second.back() == 2 * input.back());
    }
}

TEST_CASE("what is no number is heard as silence, and is not sent") {
    auto& world = fakes::new_world();
    std::atomic<bool> clean{true};
    world.sound = [&](float context, std::size_t row) {
        clean = clean && std::isfinite(context);
        return row == 0 ? std::numeric_limits<float>::quiet_NaN()
                        : std::numeric_limits<float>::infinity();
    };
    Playing box;
    for (const double input : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300})
        for (const auto& plane : box.block(64, input)) CHECK(plane == std::vector<double>(64, 0));
    CHECK(clean);
}

TEST_CASE("stop fades, and the session ends when nothing is heard any more") {
    auto& world = fakes::new_world();
    world.sound = [](float, std::size_t) { return 0.5f; };
    Playing box;
    box.block(64);
    box.news();
    box.object.message("stop", {});
    CHECK(world.alive == 1);
    CHECK(box.news().empty());
    auto out = box.block(64);
    CHECK(largest_step(out[0], 0.5) < 0.03);
    CHECK(out[0][63] == 0);
    box.settle();
    CHECK(world.alive == 1);  // it was heard in that block
    box.block(64);
    box.settle();
    CHECK(world.alive == 0);
    CHECK(box.block(64)[0] == std::vector<double>(64, 0));
}

TEST_CASE("another server is asked when the session before has faded, and it rises from silence") {
    auto& world = fakes::new_world();
    world.sound = [](float, std::size_t) { return 0.5f; };
    Playing box;
    box.block(64);
    box.send("port", {7001.0});
    CHECK(world.count() == 1);
    box.block(64);
    box.block(64);
    box.settle();
    CHECK(world.count() == 2);
    CHECK(world.alive == 1);
    const auto out = box.block(64);
    CHECK(largest_step(out[0], 0) < 0.03);
    CHECK(out[0][63] == 0.5);
}

TEST_CASE("a session that is wanted again before it has faded goes on, but not after a stop") {
    auto& world = fakes::new_world();
    world.sound = [](float, std::size_t) { return 0.5f; };
    Playing box;
    box.block(64);
    box.send("port", {7001.0});
    box.block(10);
    box.send("port", {7000.0});
    CHECK(box.block(64)[0][63] == 0.5);
    CHECK(world.count() == 1);
    box.send("stop", {});
    box.send("start", {});
    box.block(64);
    box.block(64);
    box.settle();
    CHECK(world.count() == 2);
}

TEST_CASE("a session ends though audio has stopped in the middle of a sound") {
    auto& world = fakes::new_world();
    world.sound = [](float, std::size_t) { return 0.5f; };
    Playing box;
    box.block(64);
    box.send("stop", {});
    std::this_thread::sleep_for(250ms);
    box.settle();
    CHECK(world.alive == 0);
}

TEST_CASE("clients are replaced under an audio thread that never waits") {
    auto& world = fakes::new_world();
    world.sound = [count = 0](float context, std::size_t) mutable {
        // Long blocks, so that a client is often replaced in the middle of one.
        if (++count % 1'000 == 0) std::this_thread::sleep_for(500us);
        return context;
    };
    std::atomic<bool> ending{false};
    std::atomic<long> blocks{0};
    {
        Box box;
        box.prepare(44'100, 64);
        std::thread audio([&] {
            while (!ending) {
                box.block(64, 0.25);
                ++blocks;
                std::this_thread::sleep_for(50us);
            }
        });
        const auto until = std::chrono::steady_clock::now() + 2s;
        for (int turn = 0; std::chrono::steady_clock::now() < until; ++turn) {
            box.object.message(turn % 7 == 6 ? "stop" : "start", {});
            box.object.message("port", {7000.0 + turn % 5});
            box.object.message("gain", {turn % 3 / 2.0});
            box.object.attribute("stems");
            box.object.poll();
            if (turn % 11 == 0) box.object.prepare(44'100 + turn % 2 * 3'900, 64);
            std::this_thread::sleep_for(100us);
        }
        ending = true;
        audio.join();
    }
    CHECK(blocks > 100);
    CHECK(world.count() > 10);
    CHECK(world.alive == 0);
    MESSAGE(world.count() << " clients in " << blocks.load() << " blocks");
}
