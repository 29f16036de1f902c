#include "session/session.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {
using Kind = Incoming::Kind;

Epoch epoch_of(std::int32_t request, std::int32_t epoch, std::int64_t origin) {
    return {7, request, epoch, 4, 4, 882, "bass", origin};
}

// Where the first stems of a session that begins at 0 stand.
std::int64_t first_stem() {
    Placement place;
    place.step = place.lead = 4;
    place.overlap = 882;
    return place.start(0);
}
}  // namespace

TEST_CASE("an accept reaches the audio thread as an epoch that begins now") {
    Rig rig;
    rig.play(5000);
    const auto accept = rig.begin();
    CHECK(rig.state() == "playing");
    const auto status = rig.session.status(rig.now);
    CHECK(status.known.size() == 4);
    CHECK(status.engine == "ready");
    CHECK(status.step == 4);
    REQUIRE(rig.taken.size() == 1);
    const auto& item = rig.taken[0];
    CHECK(item.kind == Kind::follow);
    CHECK(item.epoch == EpochKey{7, 1});
    CHECK(item.position == 5000);
    CHECK(item.rows == 3);
    CHECK(item.placement.origin == accept.origin);
    // A copy of the accept changes nothing.
    rig.say(accept);
    rig.take();
    CHECK(rig.taken.size() == 1);
}

TEST_CASE("the context is sent from the origin on, each sample once at least") {
    Rig rig;
    rig.play(20000);
    const auto accept = rig.begin();
    std::int64_t sent = accept.origin;
    for (const auto& packet : rig.live(1.0, true).packets) {
        CHECK(packet.stem == context_stem);
        CHECK(packet.position <= sent);
        sent = std::max(sent, packet.position + packet.count);
    }
    CHECK(sent == rig.shared.context.end());
}

TEST_CASE("a server that is silent for two seconds is left with a word, and asked again") {
    Rig rig;
    rig.begin();
    auto come = rig.run(1.95);
    CHECK(come.all<Bye>().empty());
    CHECK(come.all<Beat>().size() == 4);
    come = rig.run(0.1);
    REQUIRE(come.all<Bye>().size() == 1);
    CHECK(come.all<Bye>()[0].session == 7);
    CHECK(rig.text() == "The server is silent.");
    rig.take();
    CHECK(rig.taken.back().kind == Kind::stop);
    CHECK(rig.run(1.1).all<Hello>().size() == 1);
}

TEST_CASE("a server that says goodbye is asked again, one that is killed too") {
    Rig rig;
    rig.begin();
    rig.say(Bye{8, "Another's."});
    CHECK(rig.state() == "playing");
    rig.say(Bye{7, "Over."});
    CHECK(rig.state() == "connecting");
    CHECK(rig.text() == "Over.");
    CHECK(rig.run(1.1).all<Hello>().size() == 1);
}

TEST_CASE("whoever closes says goodbye") {
    Rig rig;
    rig.begin();
    rig.session.close();
    CHECK(Come(rig.server).all<Bye>().size() == 1);
    rig.session.close();
    CHECK(Come(rig.server).all<Bye>().empty());
}

TEST_CASE("a change is asked for every 0.25 s until it is answered, then a jump") {
    Rig rig;
    rig.play(50000);
    rig.begin();
    auto wish = Rig::wish_of({"bass"});
    wish.step = 2;
    wish.lead = 3;
    rig.session.change(wish);
    auto come = rig.live(0.8);
    const auto changes = come.all<Change>();
    REQUIRE(changes.size() == 4);
    for (const auto& each : changes) CHECK(each.request == changes[0].request);
    CHECK(changes[0].stems == "bass");
    CHECK(changes[0].step == 2);
    CHECK(changes[0].lead == 3);
    rig.session.begin();
    CHECK(rig.live(0.1).all<Begin>().empty());  // one after another
    rig.say(epoch_of(changes[0].request, 2, 60000));
    rig.take();
    CHECK(rig.taken.back().epoch == EpochKey{7, 2});
    CHECK(rig.taken.back().position == never);  // what is heard plays on
    CHECK(rig.taken.back().rows == 1);
    come = rig.live(0.3);
    CHECK(come.all<Change>().empty());
    const auto begins = come.all<Begin>();
    REQUIRE(begins.size() == 2);
    CHECK(begins[0].origin == 50000);
    rig.say(epoch_of(begins[0].request, 3, 50000));
    rig.take();
    CHECK(rig.taken.back().position == 50000);  // what is heard ends
    CHECK(rig.live(0.6).all<Begin>().empty());
    // Nothing goes back to an epoch that is over.
    const auto before = rig.taken.size();
    rig.say(epoch_of(0, 2, 60000));
    rig.take();
    CHECK(rig.taken.size() == before);
}

TEST_CASE("an answer that another epoch has overtaken is an answer") {
    Rig rig;
    rig.begin();
    rig.session.change(Rig::wish_of({"bass"}));
    const auto change = rig.live(0.1).all<Change>().at(0);
    rig.say(epoch_of(0, 3, 30000));
    CHECK_FALSE(rig.live(0.5).all<Change>().empty());
    rig.say(epoch_of(change.request, 2, 20000));
    CHECK(rig.live(0.6).all<Change>().empty());
}

TEST_CASE("a change that is refused is asked for no more, and the reason is shown") {
    Rig rig;
    rig.begin();
    rig.session.change(Rig::wish_of({"bass"}));
    const auto change = rig.live(0.1).all<Change>().at(0);
    rig.say(Refuse{change.request, "stems", "No.", ""});
    CHECK(rig.text() == "No.");
    CHECK(rig.live(0.6).all<Change>().empty());
    rig.session.change(Rig::wish_of({std::string(1300, 's')}));
    CHECK(rig.live(0.3).all<Change>().empty());
    CHECK(rig.text().find("fit into no datagram") != std::string::npos);
    rig.session.change(Rig::wish_of({"drums"}));
    CHECK_FALSE(rig.live(0.3).all<Change>().empty());
}

TEST_CASE("an epoch that nobody asked for tells what cannot be, unless more has been wished since") {
    Rig rig;
    rig.begin();
    rig.say(epoch_of(0, 2, 30000));  // bass alone
    rig.say(Bye{7, "Over."});
    const auto hellos = rig.run(1.1).all<Hello>();
    REQUIRE_FALSE(hellos.empty());
    CHECK(hellos[0].stems == "bass");
    rig.say(accepting(hellos[0]));
    rig.session.change(Rig::wish_of({"drums"}));
    rig.say(epoch_of(0, 2, 90000));
    const auto changes = rig.live(0.3).all<Change>();
    REQUIRE_FALSE(changes.empty());
    CHECK(changes.back().stems == "drums");
    rig.say(Bye{7, "Over."});
    CHECK(rig.run(1.1).all<Hello>().at(0).stems == "drums");
}

TEST_CASE("advice is followed where the lead is left to the server, and nowhere else") {
    for (const int lead : {0, 4}) {
        auto wish = Rig::wish_of({"bass"});
        wish.lead = lead;
        Rig rig(wish);
        rig.begin();
        Beat beat;
        beat.session = 7;
        // What no window has is no advice.
        for (const int nonsense : {-1, INT32_MIN, INT32_MAX, most_columns + 1, 0, 4}) {
            beat.measured = nonsense;
            rig.say(beat);
        }
        CHECK(rig.live(0.1).all<Change>().empty());
        beat.measured = 6;
        rig.say(beat);
        CHECK(rig.session.status(rig.now).advised == 6);
        const auto changes = rig.live(0.1).all<Change>();
        REQUIRE(changes.size() == (lead == 0 ? 1u : 0u));
        if (lead == 0) CHECK(changes[0].lead == 6);
    }
}

TEST_CASE("beats tell what is heard, and what they take there and back") {
    Rig rig;
    rig.shared.latency = 100;
    rig.play(1000);
    rig.begin();
    rig.shared.silent = 50;
    rig.shared.late = 20;
    const auto beats = rig.run(1.0).all<Beat>();
    REQUIRE(beats.size() == 3);  // the first one at once
    CHECK(beats[1].position == 1100);
    CHECK(beats[1].lost == 30);
    CHECK(beats[1].late == 20);
    CHECK(beats[1].epoch == 1);
    CHECK(beats[1].measured > 0);
    Beat answer;
    answer.session = 7;
    answer.stamp = beats[2].stamp;
    answer.lost = 5;
    rig.now += 0.02;
    rig.say(answer);
    const auto status = rig.session.status(rig.now);
    CHECK(status.round_trip > 0.0);
    CHECK(status.round_trip < 0.6);
    CHECK(status.context_lost == 5);
    answer.lost = answer.repaired = INT32_MIN;
    answer.stamp = -1;
    rig.say(answer);
    CHECK(rig.session.status(rig.now).context_lost == 0);
}

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
    rig.say(Resend{7, 1, pack({{context_stem, -max_position, 1}, {context_stem, max_position, 1}})});
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

TEST_CASE("a refusal by the system that belongs to a hello does not end the session that began") {
    Rig rig;
    // The client has said hello while nobody listened there, and again to who does now.
    int port = 0;
    {
        Peer gone;
        port = gone.port();
    }
    Shared shared({"bass"}, 44100);
    Socket socket;
    Session session(shared, Rig::wish_of({"bass"}), socket, "127.0.0.1", port);
    double now = 100;
    session.turn(now);
    session.turn(now += 0.01);
    Peer server(port);
    // Two hellos, the second of which is told of the first one's fate.
    session.turn(now += 0.3);
    const auto hellos = Come(server).all<Hello>();
    REQUIRE(hellos.size() == 1);
    server.send(Control(accepting(hellos[0])));
    session.receive(now);
    CHECK(session.status(now).state == "playing");
    session.receive(now);
    CHECK(session.status(now).state == "playing");
}
