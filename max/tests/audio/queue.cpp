#include <doctest/doctest.h>

#include <thread>

#include "audio/player.hpp"
#include "audio/queue.hpp"

TEST_CASE("a queue takes as many as it has room for, in order") {
    sideman::Queue<int> queue(3);
    CHECK(queue.front() == nullptr);
    int next = 0;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 3; ++i) {
            int* slot = queue.begin_push();
            REQUIRE(slot != nullptr);
            *slot = 3 * round + i;
            queue.end_push();
        }
        CHECK(queue.begin_push() == nullptr);
        while (const int* slot = queue.front()) {
            CHECK(*slot == next++);
            queue.pop();
        }
    }
    CHECK(next == 30);
}

TEST_CASE("packets cross a queue between two threads whole and in order") {
    sideman::Queue<sideman::Incoming> queue(16);
    constexpr int most = 20000;
    std::thread network([&] {
        for (int i = 0; i < most;) {
            sideman::Incoming* slot = queue.begin_push();
            if (!slot) {
                std::this_thread::yield();
                continue;
            }
            slot->position = i;
            slot->count = 576;
            for (float& sample : slot->samples) sample = static_cast<float>(i);
            queue.end_push();
            ++i;
        }
    });
    int wrong = 0;
    for (int next = 0; next < most;) {
        const sideman::Incoming* item = queue.front();
        if (!item) {
            std::this_thread::yield();
            continue;
        }
        if (item->position != next) ++wrong;
        for (const float sample : item->samples) wrong += sample != static_cast<float>(next);
        queue.pop();
        ++next;
    }
    network.join();
    CHECK(wrong == 0);
}
