#include "session/session.hpp"

#include <doctest/doctest.h>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {
using Kind = Incoming::Kind;

// Where the first stems of a session that begins at 0 stand.
std::int64_t first_stem() {
    Placement place;
    place.step = place.lead = 4;
    place.overlap = 882;
    return place.start(0);
}
}  // namespace

TEST_CASE("context that is asked for again comes in 32 packets at the most") {
    Rig rig;
    rig.play(100000);
    rig.begin();
    rig.live(0.4);
    std::vector<Wanted> wanted;
    for (int i = 0; i < 8; ++i) wanted.push_back({context_stem, 84000 + i * 2048, 0x55555555u});
    rig.say(Resend{7, 1, pack(wanted)});
    auto packets = Come(rig.server).packets;
    CHECK(packets.size() == 32);
    for (const auto& each : packets) {
        CHECK(each.again);
        CHECK(each.count == 64);
    }
    // What has not been played yet, what is no context, what is nonsense: nothing.
    rig.say(Resend{7, 1, pack({{context_stem, 100000, 1}, {0, 90000, 1}})});
    const Wanted beyond[] = {{context_stem, -max_position, 1}, {context_stem, max_position, 1}};
    rig.say(Resend{7, 1, pack({beyond[0], beyond[1]})});
    rig.say(Resend{7, 1, "nonsense"});
    CHECK(Come(rig.server).packets.empty());
    CHECK(rig.text() == "A request for nothing that exists.");
}

TEST_CASE("stems reach the audio thread, and what is missing is asked for") {
    Rig rig;
    rig.play(64);
    const auto accept = rig.begin();
    const auto start = first_stem() + accept.origin;
    auto late = rig.stem(start + 576);
    rig.server.send(rig.stem(start));
    rig.server.send(late);
    late.stem = 2;  // guitar has no row
    rig.server.send(late);
    late.stem = 0;
    late.session = 8;
    rig.server.send(late);
    rig.turn();
    rig.take();
    REQUIRE(rig.taken.size() == 3);
    CHECK(rig.taken[2].kind == Kind::samples);
    CHECK(rig.taken[2].position == start + 576);
    const auto resends = rig.run(0.05).all<Resend>();
    REQUIRE(resends.size() >= 1);
    std::vector<Wanted> wanted;
    REQUIRE(unpack(resends[0].entries, wanted));
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].position == start + 288);
    // While audio is off, asking stops.
    rig.live(0.6);
    CHECK(rig.live(0.5).all<Resend>().empty());
    rig.play(64);
    CHECK_FALSE(rig.live(0.2).all<Resend>().empty());
}

TEST_CASE("audio that is off for a minute misses nothing that can still come when it is on again") {
    Rig rig;
    rig.play(64);
    const auto accept = rig.begin();
    const auto start = first_stem() + accept.origin;
    // As many packets as the queue holds, and more, two of them behind a hole.
    for (std::size_t i = 0; i < most_incoming; ++i) rig.server.send(rig.stem(start));
    for (int i = 0; i < 8; ++i) rig.turn();
    rig.server.send(rig.stem(start + 288));
    rig.server.send(rig.stem(start + 576));
    rig.turn();
    CHECK(rig.session.status(rig.now).dropped == 2);
    // Sessions come and go meanwhile.
    for (int i = 0; i < 20; ++i) {
        rig.say(Bye{7, ""});
        for (int k = 0; k < 3 && rig.state() != "playing"; ++k) {
            const auto hellos = rig.run(0.26).all<Hello>();
            if (!hellos.empty()) rig.say(accepting(hellos.back()));
        }
        REQUIRE(rig.state() == "playing");
        for (int epoch = 2; epoch < 12; ++epoch) rig.say(epoch_of(0, epoch, 20000 * epoch));
    }
    const double due = rig.turn();
    CHECK(due >= rig.now + 0.01);  // and it is not looked for room all the time
    rig.taken.clear();
    for (int i = 0; i < 4; ++i) {
        rig.take();
        rig.turn();
    }
    // The last session, and of it what began last; nothing of those before.
    std::vector<Incoming> told;
    for (const auto& each : rig.taken)
        if (each.kind != Kind::samples) told.push_back(each);
    REQUIRE(told.size() >= 2);
    CHECK(told.size() <= 8);
    CHECK(told.front().position == 64);  // the jump
    CHECK(told.front().epoch.epoch == 1);
    CHECK(told.back().epoch.epoch == 11);
}

TEST_CASE("packets that found no room are asked for again") {
    Rig rig;
    rig.play(64);
    const auto accept = rig.begin();
    const auto start = first_stem() + accept.origin;
    for (std::size_t i = 0; i < most_incoming; ++i) rig.server.send(rig.stem(start));
    for (int i = 0; i < 8; ++i) rig.turn();
    rig.server.send(rig.stem(start + 288));
    rig.turn();
    rig.take();
    rig.server.send(rig.stem(start + 576));
    rig.turn();
    rig.play(64);
    const auto resends = rig.run(0.05).all<Resend>();
    REQUIRE_FALSE(resends.empty());
    std::vector<Wanted> wanted;
    REQUIRE(unpack(resends[0].entries, wanted));
    CHECK(wanted[0].position == start + 288);
}
