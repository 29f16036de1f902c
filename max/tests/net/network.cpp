#include "net/network.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#ifdef __linux__
#include <dirent.h>
#endif

#include "client.hpp"
#include "peer.hpp"

using namespace sideman;
using namespace std::chrono_literals;

namespace {

// Descriptors or threads of this process, by the folder in which Linux lists them.
int entries(const char* folder) {
    int count = 0;
#ifdef __linux__
    DIR* found = opendir(folder);
    while (found != nullptr && readdir(found) != nullptr) ++count;
    if (found != nullptr) closedir(found);
#else
    (void)folder;
#endif
    return count;
}
int descriptors() { return entries("/proc/self/fd"); }
int threads() { return entries("/proc/self/task"); }

// A thread that has ended is listed for a moment longer.
bool soon(int (*count)(), int wanted) {
    for (int i = 0; i < 200 && count() != wanted; ++i) std::this_thread::sleep_for(5ms);
    return count() == wanted;
}

// Sees the newest number that was handed over.
struct Counter : Member {
    double turn(double now) override {
        ++turns;
        seen = given.load();
        if (throws) throw std::runtime_error("of its own");
        return now + 30;
    }
    Socket::Handle handle() const override { return Socket::none; }

    std::atomic<int> given{0}, seen{0}, turns{0};
    std::atomic<bool> throws{false};
    double slowest = 0;  // of the thread that hands over
};

template <typename Done>
bool within_a_second(const Done& done) {
    for (const double until = monotonic_seconds() + 1; monotonic_seconds() < until;) {
        if (done()) return true;
        std::this_thread::sleep_for(100us);
    }
    return done();
}

}  // namespace

TEST_CASE("no wake-up is lost, whoever wakes whenever") {
    Network network;
    Counter counters[2];
    for (auto& each : counters) network.add(each);
    std::vector<std::thread> wakers;
    for (auto& counter : counters) {
        wakers.emplace_back([&] {
            for (int i = 1; i <= 1500; ++i) {
                counter.given = i;
                network.wake();
                const double since = monotonic_seconds();
                // The thread looks around twice a second anyway: less than that was a wake-up.
                while (counter.seen != i && monotonic_seconds() - since < 1)
                    std::this_thread::yield();
                counter.slowest = std::max(counter.slowest, monotonic_seconds() - since);
                if (i % 50 == 0) std::this_thread::sleep_for(i % 7 * 100us);
            }
        });
    }
    for (auto& each : wakers) each.join();
    // Wine loses one now and then, where both send at the same time.
    if (tests::in_wine()) MESSAGE("not looked for: wake-ups that are lost");
    for (auto& each : counters) {
        CHECK(each.slowest < (tests::in_wine() ? 1.1 : 0.4));
        network.remove(each);
    }
}

TEST_CASE("the thread ends at once, however busy it is") {
    double slowest = 0;
    // Ended at any moment of the thread's way from one wait to the next.
    for (int i = 0; i < 600; ++i) {
        auto network = std::make_unique<Network>();
        if (i % 2 == 0) std::this_thread::sleep_for(50us);
        network->wake();
        for (const double until = monotonic_seconds() + i % 300 * 0.25e-6;
             monotonic_seconds() < until;) {
        }
        const double since = monotonic_seconds();
        network.reset();
        slowest = std::max(slowest, monotonic_seconds() - since);
    }
    CHECK(slowest < 0.4);
}

TEST_CASE("members come and go on several threads, and none is used afterwards") {
    Network network;
    std::vector<std::thread> users;
    for (int user = 0; user < 4; ++user) {
        users.emplace_back([&] {
            for (int i = 0; i < 150; ++i) {
                auto member = std::make_unique<Counter>();
                network.add(*member);
                network.wake();
                if (i % 3 == 0) std::this_thread::yield();
                network.remove(*member);
                const int turns = member->turns;
                network.wake();
                if (i % 10 == 0) std::this_thread::sleep_for(200us);
                CHECK(member->turns == turns);
            }
        });
    }
    for (auto& each : users) each.join();
}

TEST_CASE("what one member throws disturbs no other") {
    Network network;
    Counter bad, good;
    bad.throws = true;
    network.add(bad);
    network.add(good);
    CHECK(within_a_second([&] { return good.turns > 0 && bad.turns > 2; }));
    good.given = 5;
    network.wake();
    CHECK(within_a_second([&] { return good.seen == 5; }));
    network.remove(bad);
    network.remove(good);
}

TEST_CASE("more members than a hundred are all heard") {
    Network network;
    // One with a socket, behind many others.
    struct Listener : Counter {
        explicit Listener(int port) {
            Endpoint at;
            (void)numeric_endpoint("127.0.0.1", port, at);
            error = socket.connect(at);
        }
        double turn(double now) override {
            char data[16];
            for (std::size_t size = sizeof data;
                 socket.receive(data, size) == Socket::Received::datagram; size = sizeof data) {
                ++seen;
            }
            return now + 30;
        }
        Socket::Handle handle() const override { return socket.handle(); }
        Socket socket;
        std::string error;
    };
    tests::Peer peer;
    std::vector<std::unique_ptr<Listener>> all;
    for (int i = 0; i < 100; ++i) all.push_back(std::make_unique<Listener>(peer.port()));
    REQUIRE(all.back()->error.empty());
    for (auto& each : all) network.add(*each);
    std::string datagram;
    all.back()->socket.send("hello", 5);
    REQUIRE(peer.receive(datagram, 1));
    std::this_thread::sleep_for(20ms);
    const double since = monotonic_seconds();
    peer.send(std::string("answer"));
    CHECK(within_a_second([&] { return all.back()->seen == 1; }));
    CHECK(monotonic_seconds() - since < 0.3);
    for (auto& each : all) network.remove(*each);
}

TEST_CASE("the thread ends with the last client, and a thousand leave nothing behind") {
#ifndef __linux__
    MESSAGE("descriptors and threads are counted on Linux alone");
#endif
    std::weak_ptr<Network> network;
    const int open = descriptors(), running = threads();
    float sound[64] = {};
    float* out[] = {sound};
    for (int i = 0; i < 1000; ++i) {
        // At a low rate a client is small; some play, some are not even asked for.
        Client one("127.0.0.1", 9, {"bass"}, 1000, {});
        if (i % 10 == 0) {
            Client other("::1", 9, {"bass"}, 1000, {});
            one.process(sound, out, 64);
            other.process(sound, out, 64);
            CHECK(Network::get().use_count() >= 3);
        }
        if (i % 100 == 0) network = Network::get();
    }
    CHECK(network.expired());
    CHECK(soon(descriptors, open));
    CHECK(soon(threads, running));
}

TEST_CASE("a client goes while its server's name is looked up") {
    for (int i = 0; i < 20; ++i) {
        Client client("nobody.invalid", 9, {"bass"}, 1000, {});
        std::this_thread::sleep_for(std::chrono::microseconds(i * 100));
    }
}

TEST_CASE("a client that no system would make says so") {
    CHECK_THROWS_AS(Client("127.0.0.1", 9, {"bass"}, 0, {}), std::invalid_argument);
    CHECK_THROWS_AS(Client("127.0.0.1", 9, {"bass"}, -44100, {}), std::invalid_argument);
    // No stem, or more than there are bits: nothing is written beyond.
    Client none("127.0.0.1", 9, {}, 1000, {});
    float sound[64] = {};
    none.process(sound, nullptr, 64);
    Client many("127.0.0.1", 9, std::vector<std::string>(70, "s"), 1000, {});
    std::vector<float*> out(64, sound);
    many.process(sound, out.data(), 64);
}

TEST_CASE("two clients at once, and one goes while the other is answered") {
    tests::Peer server;
    std::atomic<bool> over{false};
    std::thread answering([&] {
        for (std::string datagram; !over;) {
            if (!server.receive(datagram, 0.01)) continue;
            Control message;
            const auto* data = tests::bytes_of(datagram);
            if (!read_control(data, datagram.size(), message).empty()) continue;
            if (const auto* hello = std::get_if<Hello>(&message))
                server.send(Control(tests::accepting(*hello)));
            if (const auto* beat = std::get_if<Beat>(&message)) server.send(Control(*beat));
        }
    });
    const auto playing = [](const Client& client) { return client.status().state == "playing"; };
    Client one("127.0.0.1", server.port(), {"bass"}, 8000, {});
    CHECK(within_a_second([&] { return playing(one); }));
    float sound[64] = {};
    for (int i = 0; i < 30; ++i) {
        Client other("localhost", server.port(), {"bass"}, 8000, {});
        float part[64];
        float* out[] = {part};
        if (i % 2 == 0) CHECK(within_a_second([&] { return playing(other); }));
        one.process(sound, out, 64);
        other.process(sound, out, 64);
        other.begin();
        other.change({});
        one.panic();
    }
    CHECK(playing(one));
    over = true;
    answering.join();
}
