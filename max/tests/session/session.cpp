#include "session/session.hpp"

#include <doctest/doctest.h>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

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
    CHECK(item.kind == Incoming::Kind::follow);
    CHECK(item.epoch == EpochKey{7, 1});
    CHECK(item.position == 5000);
    CHECK(item.rows == 3);
    CHECK(item.placement.origin == accept.origin);
    // A copy of the accept changes nothing.
    rig.say(accept);
    rig.take();
    CHECK(rig.taken.size() == 1);
}

TEST_CASE("the context is sent from the beginning on, each sample once at least") {
    Rig rig;
    rig.play(20000);
    rig.begin();
    std::int64_t sent = 0;
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
    CHECK(rig.taken.back().kind == Incoming::Kind::stop);
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

TEST_CASE("who is told by the system that nobody listens says where") {
    if (in_wine()) {
        MESSAGE("skipped: Wine does not tell a socket that nobody listens");
        return;
    }
    const int port = deserted_port();
    Shared shared({"bass"}, 44100);
    Socket socket;
    Session session(shared, Rig::wish_of({"bass"}), socket, "127.0.0.1", port);
    double now = 100;
    const std::string before = session.status(now).text;
    CHECK(before == no_answer);
    for (int i = 0; i < 200 && session.status(now).text == before; ++i) {
        session.receive(now);
        session.turn(now += 0.05);
        const auto handle = socket.handle();
        wait(&handle, 1, 0.01);
    }
    CHECK(session.status(now).text ==
          "Nobody listens on 127.0.0.1:" + std::to_string(port) + ". Does sideman serve run there?");
}

TEST_CASE("a refusal by the system that belongs to a hello does not end the session that began") {
    Rig rig;
    // The client has said hello while nobody listened there, and again to who does now.
    const int port = deserted_port();
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
