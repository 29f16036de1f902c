#include "session/session.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

TEST_CASE("nonsense in an accept or an epoch begins nothing, and what follows is heard") {
    constexpr auto low = std::numeric_limits<std::int32_t>::min();
    constexpr auto high = std::numeric_limits<std::int32_t>::max();
    Rig rig;
    rig.play(50000);
    rig.turn();
    const auto hello = Come(rig.server).all<Hello>().at(0);
    using Field = std::int32_t Accept::*;
    for (const Field field : {&Accept::version, &Accept::session, &Accept::step, &Accept::lead,
                              &Accept::overlap, &Accept::model_rate, &Accept::wait}) {
        for (const auto value : {low, -1, high}) {
            if (field == &Accept::session && value == high) continue;  // as good as any
            auto accept = accepting(hello);
            accept.*field = value;
            rig.say(accept);
            CHECK(rig.state() == "connecting");
        }
    }
    for (const auto origin : {-max_position, max_position}) {
        auto accept = accepting(hello);
        accept.origin = origin;
        rig.say(accept);
        CHECK(rig.state() == "connecting");
    }
    auto accept = accepting(hello);
    for (int i = 0; i < 70; ++i) accept.known += ",s";
    rig.say(accept);
    CHECK(rig.state() == "connecting");
    // Unusual, but possible: the last of all epochs, a beginning long ago, names twice or unknown.
    accept = accepting(hello);
    accept.epoch = -1;
    accept.origin = -(std::int64_t{1} << 48);
    accept.known = "drums,drums,,x,bass";
    accept.stems = "x,,drums";
    rig.say(accept);
    CHECK(rig.state() == "playing");
    rig.live(0.3, true);
    rig.take();
    CHECK(rig.taken.back().rows == 2);
    using Part = std::int32_t Epoch::*;
    for (const Part part : {&Epoch::step, &Epoch::lead, &Epoch::overlap}) {
        for (const auto value : {low, -1, high}) {
            auto epoch = epoch_of(0, high, 60000);
            epoch.*part = value;
            rig.say(epoch);
        }
    }
    for (const auto origin : {-max_position, max_position}) rig.say(epoch_of(0, high, origin));
    rig.say(epoch_of(0, low, 0));
    rig.take();
    CHECK(rig.taken.back().epoch.epoch == 0xffffffffu);
    // The farthest that there is, and stems anywhere: an answer to nothing, and no harm.
    rig.say(epoch_of(high, high, std::int64_t{1} << 48));
    Packet packet = rig.stem(0);
    packet.epoch = static_cast<std::uint32_t>(high);
    for (const auto position : {-max_position, std::int64_t{0}, max_position}) {
        for (const auto step : {0u, 0xffffffffu}) {
            packet.position = position;
            packet.step = step;
            rig.server.send(packet);
        }
    }
    rig.turn();
    CHECK(rig.live(0.6, true).wrong == 0);
    CHECK(rig.state() == "playing");
}
