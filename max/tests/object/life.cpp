#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

#include "object/box.hpp"

using namespace std::chrono_literals;
using sideman::Atoms;

TEST_CASE("messages before audio is on are safe") {
    fakes::new_world();
    Box box;
    for (const char* name : {"start", "stop", "status", "panic", "start"})
        CHECK(box.send(name, {}) == "");
    CHECK(box.send("reset", {}) ==
          "Nothing plays that could begin anew. Send start first.");
    CHECK(box.send("host", atoms({"elsewhere"})) == "");
    box.object.jumped();
    box.settle();
    CHECK(fakes::world().count() == 0);
    for (const auto& plane : box.block(64, 0.5)) CHECK(plane == std::vector<double>(64, 0));
}

TEST_CASE("a client is made when there is a rate and a start, in either order") {
    auto& world = fakes::new_world();
    {
        Box box;
        CHECK(box.send("start", {}) == "");
        CHECK(world.count() == 0);
        CHECK(box.prepare(48'000, 64) == "");
        REQUIRE(world.count() == 1);
        CHECK(world.last().host == "127.0.0.1");
        CHECK(world.last().port == 7000);
        CHECK(world.last().rate == 48'000);
        CHECK(world.last().rows == std::vector<std::string>{"bass", "drums"});
        CHECK(world.last().wish.stems == std::vector<std::string>{"bass", "drums"});
        CHECK(world.last().wish.margin == "normal");
        CHECK(box.prepare(48'000, 128) == "");  // as hosts do at every change of a patch
        CHECK(world.count() == 1);
    }
    CHECK(world.alive == 0);
    Box box;
    box.prepare(44'100, 64);
    CHECK(world.count() == 1);
    box.send("start", {});
    box.send("start", {});
    CHECK(world.count() == 2);
}

TEST_CASE("a client is made anew for what it cannot change") {
    auto& world = fakes::new_world();
    Box box;
    box.prepare(44'100, 64);
    box.send("start", {});
    const std::vector<std::pair<std::string, Atoms>> settings = {
        {"host", atoms({"elsewhere"})},
                                                              {"port", {7001.0}},
                                                              {"margin", atoms({"safe"})},
                                                              {"bundle", atoms({"second"})}};
    std::size_t count = 1;
    for (const auto& [name, value] : settings) {
        CHECK(box.send(name, value) == "");
        CHECK(world.count() == ++count);
        CHECK(world.alive == 1);
        CHECK(box.send(name, value) == "");  // nothing new
        CHECK(world.count() == count);
    }
    box.prepare(48'000, 64);
    CHECK(world.count() == ++count);
    CHECK(world.alive == 1);
    CHECK(world.last().host == "elsewhere");
    CHECK(world.last().port == 7001);
    CHECK(world.last().wish.margin == "safe");
    CHECK(world.last().wish.bundle == "second");
    CHECK(world.last().rate == 48'000);
}

TEST_CASE("stems, step and lead change in a session") {
    auto& world = fakes::new_world();
    Box box;
    box.prepare(44'100, 64);
    box.send("start", {});
    box.send("stems", atoms({"drums"}));
    box.send("step", {2.0});
    box.send("lead", {6.0});
    box.send("lead", {6.0});
    box.send("latency", {300.0});
    CHECK(world.count() == 1);
    CHECK(world.last().wish.stems == std::vector<std::string>{"drums"});
    CHECK(world.last().wish.step == 2);
    CHECK(world.last().wish.lead == 6);
    CHECK(world.last().latency == 300);
    CHECK(world.last().told ==
          std::vector<std::string>{"latency", "change", "change", "change", "latency"});
    box.send("port", {7001.0});  // the next client begins with the same wishes
    CHECK(world.last().wish.lead == 6);
    CHECK(world.last().latency == 300);
}

TEST_CASE("reset and a jump begin anew, panic lasts until start") {
    auto& world = fakes::new_world();
    Box box;
    box.prepare(44'100, 64);
    box.send("start", {});
    CHECK(box.send("reset", {}) == "");
    box.object.jumped();
    box.send("panic", {});
    CHECK(world.last().told == std::vector<std::string>{"latency", "begin", "begin", "panic"});
    box.send("port", {7001.0});
    CHECK(world.last().told == std::vector<std::string>{"latency", "panic"});
    box.send("start", {});
    CHECK(world.last().told.back() == "unmute");
    CHECK(world.count() == 2);
}

TEST_CASE("another rate ends what plays, a rate that is none ends it, too") {
    auto& world = fakes::new_world();
    Box box;
    box.send("start", {});
    box.prepare(44'100, 64);
    for (const double rate : {0.0, -1.0, 44'100.5, 1e12}) {
        CHECK(box.prepare(rate, 64).find("Use a sound card at 44100 Hz.") !=
              std::string::npos);
        CHECK(world.alive == 0);
    }
    CHECK(box.prepare(96'000, 64) == "");
    CHECK(world.alive == 1);
}

TEST_CASE("an object that could not make a client says so, and tries again") {
    auto& world = fakes::new_world();
    Box box;
    world.refuses_to_be_made = "no more sockets";
    box.send("start", {});
    CHECK(box.prepare(44'100) == "");
    CHECK(world.count() == 0);
    const Said news = box.news();
    REQUIRE(news.back().first == "text");
    CHECK(news.back().second ==
          atoms({"No client could be made: no more sockets. Send start again."}));
    world.refuses_to_be_made.clear();
    box.settle();
    CHECK(world.count() == 0);  // it does not insist by itself
    box.send("start", {});
    CHECK(world.count() == 1);
}

TEST_CASE("nothing waits while a client is made, and it learns what was asked for meanwhile") {
    auto& world = fakes::new_world();
    world.sound = [](float, std::size_t) { return 0.5f; };
    Box box;
    box.prepare(44'100);
    std::unique_lock slow(world.making);
    box.object.message("start", {});
    box.object.message("stems", atoms({"drums"}));
    box.object.message("latency", {300.0});
    box.object.message("panic", {});
    CHECK(box.object.message("reset", {}) == "");  // a client that begins has nothing to forget
    box.object.jumped();
    box.object.poll();
    CHECK(box.object.busy());
    CHECK(box.block(64)[0] == std::vector<double>(64, 0));
    CHECK(world.count() == 0);
    slow.unlock();
    box.settle();
    REQUIRE(world.count() == 1);
    CHECK(world.last().told == std::vector<std::string>{"latency", "panic", "change"});
    CHECK(world.last().wish.stems == std::vector<std::string>{"drums"});
    CHECK(world.last().latency == 300);
}

TEST_CASE("a client that is not wanted any more when it has been made ends") {
    auto& world = fakes::new_world();
    Box box;
    box.prepare(44'100);
    std::unique_lock slow(world.making);
    box.object.message("start", {});
    box.object.message("port", {7001.0});
    slow.unlock();
    box.settle();
    CHECK(world.count() == 2);
    CHECK(world.last().port == 7001);
    CHECK(world.alive == 1);
    slow.lock();
    box.object.message("port", {7002.0});
    box.object.message("stop", {});
    slow.unlock();
    box.settle();
    CHECK(world.alive == 0);
}

TEST_CASE("an object may be freed while a client is made") {
    auto& world = fakes::new_world();
    std::promise<void> locked;
    std::thread slow([&] {
        const std::lock_guard lock(world.making);
        locked.set_value();
        std::this_thread::sleep_for(50ms);
    });
    locked.get_future().wait();
    {
        Box box;
        box.prepare(44'100, 64);
        box.object.message("start", {});
        CHECK(box.object.busy());
    }
    slow.join();
    CHECK(world.count() == 1);
    CHECK(world.alive == 0);
}

TEST_CASE("poll says what has changed, status says everything") {
    auto& world = fakes::new_world();
    Box box;
    box.settle();
    CHECK(box.news().empty());

    box.send("status", {});
    const Said all = box.news();
    REQUIRE(all.size() == sideman::output_count);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].first == sideman::outputs[i].name);
    CHECK(all[0].second == atoms({"stopped"}));
    CHECK(all[2] == Said::value_type{"engine", {std::string("unknown"), 0.0}});

    world.status.round_trip = 0.1;  // a guess, before a server has answered
    box.send("start", {});
    box.settle();
    CHECK(box.news() == Said{{"state", atoms({"connecting"})},
                             {"text", atoms({"Audio is off: nothing is sent, and nothing is heard. "
                                             "Turn it on."})}});
    box.prepare(44'100, 64);
    box.settle();
    CHECK(box.news() == Said{{"text", atoms({""})}});
    box.settle();
    CHECK(box.news().empty());

    world.status.state = "playing";
    world.status.engine = "ready";
    world.status.round_trip = 0.0123;
    world.status.lead = 4;
    world.status.step = 2;
    world.status.ahead = 0.317;
    world.status.landing = -0.0012345;
    world.status.lost = 441;
    world.status.known = {"bass", "drums", "guitar"};
    box.settle();
    CHECK(box.news() == Said{{"state", atoms({"playing"})},
                             {"engine", {std::string("ready"), 100.0}},
                             {"lead", {4.0}},
                             {"step", {2.0}},
                             {"ahead", {317.0}},
                             {"cycle", {318.23}},
                             {"spare", {-1.23}},
                             {"roundtrip", {12.3}},
                             {"lost", {441.0}},
                             {"known", atoms({"bass", "drums", "guitar"})}});
    world.status.landing = 0.02;
    box.object.poll();
    CHECK(box.news() == Said{{"cycle", {297.0}}, {"spare", {20.0}}});
    world.status.landing = 0;  // a new session: nothing has come yet
    box.object.poll();
    CHECK(box.news() == Said{{"cycle", {0.0}}, {"spare", {0.0}}});
    world.status.text = "The band answers too late.";
    box.settle();
    CHECK(box.news() == Said{{"text", atoms({"The band answers too late."})}});

    world.status.landing = 0.3;
    world.status.state = "connecting";  // the server is gone: nothing of its sound is to spare
    box.settle();
    CHECK(box.news() == Said{{"state", atoms({"connecting"})}, {"roundtrip", {0.0}}});

    world.status.state = "playing";
    box.settle();
    box.news();
    box.send("stop", {});
    box.settle();
    const Said end = box.news();
    REQUIRE(!end.empty());
    CHECK(end[0] == Said::value_type{"state", atoms({"stopped"})});
}

TEST_CASE("a patch may answer what it is told at once, even by freeing the object") {
    fakes::new_world();
    std::vector<std::string> warnings;
    std::unique_ptr<sideman::Object> object;
    int said = 0;
    object = std::make_unique<sideman::Object>(
        atoms({"bass"}),
        [&](const char* name, const Atoms&) {
            ++said;
            if (name == std::string("state")) object->message("stop", {});
            if (name == std::string("lead")) object.reset();
        },
        warnings);
    object->prepare(44'100, 64);
    object->message("start", {});
    object->message("status", {});
    CHECK(!object);
    CHECK(said == 4);  // state, text, engine, lead, and nothing afterwards
    CHECK(fakes::world().alive == 0);
}

TEST_CASE("a hundred objects come and go quickly") {
    auto& world = fakes::new_world();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) {
        Box box;
        box.send("start", {});
        box.prepare(44'100, 64);
        box.block(64);
    }
    CHECK(world.alive == 0);
    CHECK(world.count() == 100);
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
}
