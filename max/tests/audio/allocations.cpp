#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "audio/context.hpp"
#include "audio/queue.hpp"
#include "session.hpp"

namespace {

// Of this thread, while a test counts.
thread_local bool counting = false;
thread_local long allocations = 0;

void* allocate(std::size_t size) {
    if (counting) ++allocations;
    if (void* made = std::malloc(size ? size : 1)) return made;
    throw std::bad_alloc();
}

struct Counting {
    Counting() {
        allocations = 0;
        counting = true;
    }
    ~Counting() { counting = false; }
};

}  // namespace

// For the whole program; those of arrays and those that do not throw call these.
void* operator new(std::size_t size) { return allocate(size); }
void operator delete(void* what) noexcept {
    if (counting) ++allocations;
    std::free(what);
}
void operator delete(void* what, std::size_t) noexcept { operator delete(what); }

using namespace audio_tests;

TEST_CASE("the counter counts") {
    long counted = 0;
    {
        const Counting here;
        auto made = std::make_unique<std::vector<int>>(10);
        counted = allocations;
    }
    CHECK(counted == 2);
}

TEST_CASE("the audio thread allocates nothing") {
    constexpr int stems = 3, count = 500;
    Session session(stems);
    sideman::ContextRing context(3 * rate);
    auto queue = std::make_unique<sideman::Queue<Incoming>>(64);
    std::vector<std::vector<float>> sound(stems, std::vector<float>(count));
    float* out[stems] = {sound[0].data(), sound[1].data(), sound[2].data()};
    std::vector<Incoming> items;
    for (std::uint32_t epoch = 1; epoch < 12; ++epoch) {
        const auto origin = session.playhead;
        session.follow(epoch, place_at(origin), epoch % 3 ? sideman::never : origin);
        items.clear();
        for (int step = 0; step < 6; ++step) {
            for (int row = 0; row < stems; ++row) {
                const auto more = session.packets(step, 0.5f, row, step % 2 ? 288 : 576);
                items.insert(items.end(), more.begin(), more.end());
            }
        }
        std::reverse(items.begin(), items.end());  // so that the first step comes late
        std::size_t next = 0;
        long counted = 0;
        for (int block = 0; block < 80; ++block) {
            const Counting here;
            for (int i = 0; i < 6 && next < items.size(); ++i, ++next) {
                if (next % 7 == 0) continue;  // lost
                *queue->begin_push() = items[next];
                queue->end_push();
            }
            while (const Incoming* item = queue->front()) {
                session.player.apply(*item);
                queue->pop();
            }
            if (block == 40) session.stop(session.playhead + 100);
            session.player.mute(block % 20 == 5);
            session.player.read(session.playhead, out, count);
            context.write(out[0], count);
            session.playhead += count;
            counted += allocations;
        }
        CHECK(counted == 0);
    }
    CHECK(session.player.silent() > 0);
    CHECK(session.player.late() > 0);
}
