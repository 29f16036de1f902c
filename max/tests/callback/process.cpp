#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "band.hpp"
#include "callback/hooks.hpp"
#include "client.hpp"
#include "object.hpp"

using namespace sideman;
using namespace sideman::tests;

TEST_CASE("the hooks count") {
    if (*hooks_missing()) {
        MESSAGE("counted in part: " << std::string(hooks_missing()));
        return;
    }
    std::mutex mutex;
    count_begin();
    auto made = std::make_unique<std::vector<int>>(10);
    void* volatile raw = std::malloc(10);
    std::free(raw);
    mutex.lock();
    mutex.unlock();
    (void)mutex.try_lock();
    const auto counted = count_end();
    mutex.unlock();
    CHECK(counted.allocations == 4);
    CHECK(counted.locks == 2);
}

TEST_CASE("the callback takes no memory and no lock while a band plays, changes and is gone") {
    if (*hooks_missing()) MESSAGE("counted in part: " << std::string(hooks_missing()));
    constexpr int stems = 4, block = 64;
    const std::vector<std::string> names{"bass", "drums", "guitar", "piano"};
    Wish wish;
    wish.stems = names;
    wish.step = 1;
    wish.lead = 4;
    auto band = std::make_unique<Band>();
    band->lose(50);
    Client client("127.0.0.1", band->port(), names, 44100, wish);
    std::vector<float> played(block, 0.2f), heard(stems * block);
    float* rows[stems];
    for (int row = 0; row < stems; ++row) rows[row] = heard.data() + row * block;

    // An audio thread of its own, four times as fast as real time at first.
    int pace = 363;  // microseconds a block
    Counted all;
    long with_sound = 0;
    const auto play = [&](double seconds) {
        std::thread audio([&] {
            const auto begun = std::chrono::steady_clock::now();
            for (int i = 0; i < seconds * 44100 / block; ++i) {
                std::this_thread::sleep_until(begun + std::chrono::microseconds(pace) * i);
                count_begin();
                client.process(played.data(), rows, block);
                const auto counted = count_end();
                all.allocations += counted.allocations;
                all.locks += counted.locks;
                with_sound += heard[block - 1] != 0.0f;
            }
        });
        return audio;
    };
    const auto while_playing = [&](double seconds, auto&& act) {
        auto audio = play(seconds);
        act();
        audio.join();
    };
    // Where the machine is too slow for that, the same goes on in real time.
    const auto until = [&](auto&& done) {
        for (int i = 0; i < 10 && !done(); ++i) {
            pace = 1451;
            while_playing(3, [] {});
        }
        return done();
    };
    while_playing(3, [] {});
    CHECK(until([&] { return with_sound > 500; }));
    CHECK(until([&] { return band->sent() > 1000; }));
    CHECK(client.status().state == "playing");
    wish.lead = 6;
    while_playing(1.5, [&] { client.change(wish); });
    CHECK(until([&] { return client.status().lead == 6; }));
    while_playing(0.5, [&] {
        client.panic();
        client.begin();
        client.set_latency(500);
        for (int i = 0; i < 100; ++i) (void)client.status();
        client.unmute();
    });
    while_playing(1, [&] { band.reset(); });
    CHECK(until([&] { return client.status().state == "connecting"; }));
    CHECK(all.allocations == 0);
    CHECK(all.locks == 0);
}

TEST_CASE("nor does the object's, which hosts call, and it sends no more than one datagram a block") {
    if (*hooks_missing()) MESSAGE("counted in part: " << std::string(hooks_missing()));
    constexpr int stems = 2, block = 64;
    Band band;
    std::vector<std::string> warnings;
    std::atomic<bool> plays{false};
    Object object({std::string("bass"), std::string("drums")},
                  [&](const char* name, const Atoms& atoms) {
                      if (name == std::string("state"))
                          plays = atoms == Atoms{std::string("playing")};
                  },
                  warnings);
    object.message("port", {static_cast<double>(band.port())});
    object.message("step", {1.0});
    object.message("lead", {4.0});
    object.prepare(44100, block);
    std::atomic<bool> ending{false};
    Counted all, worst;
    bool sound = false;
    std::thread audio([&] {
        std::vector<double> played(block, 0.2), heard(stems * block);
        double* rows[stems] = {heard.data(), heard.data() + block};
        while (!ending) {
            count_begin();
            object.process(played.data(), rows, block);
            const auto counted = count_end();
            all.allocations += counted.allocations;
            all.locks += counted.locks;
            worst.sends = std::max(worst.sends, counted.sends);
            sound = sound || heard[block - 1] != 0;
            std::this_thread::sleep_for(std::chrono::microseconds(1451));
        }
    });
    const auto until = [&](auto&& done) {
        for (int i = 0; i < 2000 && !done(); ++i) {
            object.poll();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return done();
    };
    // While clients are made, play, change, and go.
    object.message("start", {});
    CHECK(until([&] { return plays.load(); }));
    for (const double gain : {0.5, 1.0}) object.message("gain", {gain});
    object.message("lead", {6.0});
    for (int i = 0; i < 100; ++i) object.poll();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    object.message("stop", {});
    CHECK(until([&] { return !plays && !object.busy(); }));
    object.message("start", {});
    CHECK(until([&] { return plays.load(); }));
    ending = true;
    audio.join();
    CHECK(sound);
    CHECK(all.allocations == 0);
    CHECK(all.locks == 0);
    CHECK(worst.sends <= 1);
    if (!*hooks_missing()) CHECK(worst.sends == 1);
}
