#include <doctest/doctest.h>

#include <thread>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {
Refuse refusal(const Hello& hello, const char* code) {
    return {hello.request, code, "Reason.", "Offer."};
}

Accept sent_on(const Hello& hello, int port, const char* token = "token",
               const char* host = "127.0.0.1") {
    auto accept = accepting(hello);
    accept.host = host;
    accept.port = port;
    accept.token = token;
    return accept;
}

// The client is sent on, and a session begins there.
void play_at(Peer& other, Rig& rig) {
    rig.turn();
    rig.say(sent_on(Come(rig.server).all<Hello>().at(0), other.port()));
    const auto there = Come(other).all<Hello>();
    REQUIRE_FALSE(there.empty());
    other.send(Control(accepting(there[0])));
    rig.turn();
    CHECK(rig.state() == "playing");
}

}  // namespace

TEST_CASE("a hello is repeated every 0.25 s, and made anew after 0.6 s") {
    Rig rig;
    rig.play(100000);
    rig.turn();
    const auto first = Come(rig.server).all<Hello>();
    REQUIRE(first.size() == 1);
    // A step of four columns ago, for that was heard.
    CHECK(first[0].origin == 100000 - 4 * 4096);
    CHECK(first[0].stems == "bass,drums");
    CHECK(first[0].block == 100000);
    CHECK(first[0].client == "sideman~ " SIDEMAN_VERSION);
    CHECK(write_control(first[0]).size() == max_datagram);
    rig.play(1000);
    const auto same = rig.run(0.55).all<Hello>();
    REQUIRE(same.size() == 2);
    for (const auto& each : same) CHECK(write_control(each) == write_control(first[0]));
    const auto anew = rig.run(0.25).all<Hello>();
    REQUIRE(anew.size() == 1);
    CHECK(anew[0].request > first[0].request);
    CHECK(anew[0].origin == 101000 - 4 * 4096);
    // An answer to the hello before comes too late.
    rig.say(accepting(first[0]));
    CHECK(rig.state() == "connecting");
    rig.say(accepting(anew[0]));
    CHECK(rig.state() == "playing");
}

TEST_CASE("what was not heard is no origin") {
    Rig rig;
    rig.play(4 * 4096 - 1);
    rig.turn();
    const auto hellos = Come(rig.server).all<Hello>();
    REQUIRE(hellos.size() == 1);
    CHECK(hellos[0].origin == 4 * 4096 - 1);
}

TEST_CASE("who is refused asks again in a second, and while the model loads, sooner") {
    Rig rig;
    rig.turn();
    auto hello = Come(rig.server).all<Hello>().at(0);
    rig.say(refusal(hello, "busy"));
    CHECK(rig.text() == "Reason. Offer.");
    CHECK(rig.session.status(rig.now).refused == "busy");
    CHECK(rig.run(0.95).all<Hello>().empty());
    const auto again = rig.run(0.1).all<Hello>();
    REQUIRE(again.size() == 1);
    CHECK(again[0].request > hello.request);
    rig.say(refusal(again[0], "loading"));
    rig.say(State{"loading", 40, ""});
    CHECK(rig.text() == "The model is loading: 40 %");
    rig.say(State{"loading", 3e38f, "decode"});
    CHECK(rig.text() == "The model is loading: 100 % decode");
    CHECK(rig.run(0.04).all<Hello>().empty());
    CHECK(rig.run(0.02).all<Hello>().size() == 1);
    rig.say(refusal(hello, "stems"));  // of a hello that is over
    CHECK(rig.session.status(rig.now).refused == "loading");
}

TEST_CASE("who is told when to ask again waits so long, and at most a tenth longer") {
    Rig rig;
    rig.turn();
    auto refuse = refusal(Come(rig.server).all<Hello>().at(0), "busy");
    refuse.offer = "Say hello again in 5 s, or ask for fewer stems.";
    rig.say(refuse);
    CHECK(rig.run(4.95).all<Hello>().empty());
    CHECK(rig.run(0.6).all<Hello>().size() >= 1);
}

TEST_CASE("when to ask again stands in a sentence") {
    CHECK(told_to_wait("Say hello again in 5 s.") == 5.0);
    CHECK(told_to_wait("Wait in line; again in 0.25 s") == 0.25);
    CHECK(told_to_wait("in 5 s") == std::nullopt);
    CHECK(told_to_wait("Say hello again in 0 s.") == 0.05);
    CHECK(told_to_wait("Say hello again in 999999 s.") == 30.0);
    for (const auto* text : {"", "Offer.", "again in a while", "again in 5 ms", "again in 5 stems",
                             "again in . s", "again in 5", "again in "})
        CHECK(told_to_wait(text) == std::nullopt);
}

TEST_CASE("who is sent on says hello there with the token, and returns when nobody answers") {
    Rig rig;
    Peer other;
    rig.turn();
    rig.say(sent_on(Come(rig.server).all<Hello>().at(0), other.port(), "secret"));
    const auto there = Come(other).all<Hello>();
    REQUIRE_FALSE(there.empty());
    CHECK(there[0].token == "secret");
    CHECK(rig.run(1.4).all<Hello>().empty());
    Come forgotten(other);
    const auto home = rig.run(0.3).all<Hello>();
    REQUIRE_FALSE(home.empty());
    CHECK(home[0].token.empty());
    CHECK(Come(other).all<Hello>().empty());
}

TEST_CASE("a session where one was sent on to ends, and the client asks where it began") {
    Rig rig;
    Peer other;
    play_at(other, rig);
    other.send(Control(Bye{7, "Over."}));
    rig.turn();
    CHECK(rig.text() == "Over.");
    CHECK_FALSE(rig.run(0.05).all<Hello>().empty());
}

TEST_CASE("who comes back twice within three seconds asks after a pause") {
    Rig rig;
    Peer other;
    rig.turn();
    for (int time = 0; time < 2; ++time) {
        const auto hellos = time == 0 ? Come(rig.server).all<Hello>() : rig.run(0.05).all<Hello>();
        REQUIRE_FALSE(hellos.empty());
        rig.say(sent_on(hellos.back(), other.port()));
        const auto there = Come(other).all<Hello>();
        REQUIRE_FALSE(there.empty());
        other.send(Control(refusal(there.back(), "busy")));
        rig.turn();
    }
    CHECK(rig.run(0.9).all<Hello>().empty());
    CHECK_FALSE(rig.run(0.2).all<Hello>().empty());
}

TEST_CASE("a server where one was sent on to is left after 1.25 s of silence") {
    Rig rig;
    Peer other;
    play_at(other, rig);
    rig.run(1.2);
    CHECK(rig.state() == "playing");
    CHECK_FALSE(rig.run(0.1).all<Hello>().empty());
    CHECK(rig.text() == "The server is silent.");
}

TEST_CASE("servers that send a client round and round do so four times") {
    Rig rig;
    rig.turn();
    for (int hop = 0; hop < 5; ++hop) {
        const auto hellos = Come(rig.server).all<Hello>();
        REQUIRE(hellos.size() == 1);
        rig.say(sent_on(hellos[0], rig.server.port()));
    }
    CHECK(rig.text().find("Sent on 5 times") == 0);
    CHECK(rig.run(0.9).all<Hello>().empty());
    const auto home = rig.run(0.2).all<Hello>();
    REQUIRE(home.size() == 1);
    CHECK(home[0].token.empty());
}

TEST_CASE("nonsense in a redirect leads home") {
    for (const int port : {0, -1, 65536, INT32_MAX, INT32_MIN}) {
        Rig rig;
        rig.turn();
        rig.say(sent_on(Come(rig.server).all<Hello>().at(0), port));
        CHECK(rig.text().find("is no address") != std::string::npos);
        CHECK(rig.run(1.1).all<Hello>().size() == 1);
    }
    // No hello holds such a token; nothing empty is sent instead.
    Rig rig(Rig::wish_of({std::string(300, 's')}));
    Peer other;
    rig.turn();
    const std::string token(1000, 't');
    auto accept = sent_on(Come(rig.server).all<Hello>().at(0), other.port(), token.c_str());
    accept.stems = accept.known = "";
    rig.say(accept);
    CHECK(rig.text().find("fits into no datagram") != std::string::npos);
    std::string datagram;
    CHECK_FALSE(other.receive(datagram));
    CHECK_FALSE(rig.run(2.1).all<Hello>().empty());
}

TEST_CASE("names of stems that fit into no datagram are not sent") {
    Rig rig(Rig::wish_of({std::string(1300, 's')}));
    rig.turn();
    std::string datagram;
    CHECK_FALSE(rig.server.receive(datagram));
    CHECK(rig.text().find("fits into no datagram") != std::string::npos);
    rig.session.change(Rig::wish_of({"bass"}));
    CHECK_FALSE(rig.run(2.1).all<Hello>().empty());
}

TEST_CASE("a name that nobody has is looked up again and again without keeping anybody waiting") {
    Rig rig(Rig::wish_of({"bass"}), "nobody.invalid");
    const double before = monotonic_seconds();
    rig.turn();
    CHECK(monotonic_seconds() - before < 0.5);
    for (int i = 0; i < 400 && rig.text().find("is not known") == std::string::npos; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        rig.run(0.05);
    }
    const bool answered = rig.text().find("is not known") != std::string::npos;
    if (!answered) MESSAGE("the resolver here has not answered in time: " << rig.text());
    CHECK((answered || rig.text() == "Looking up nobody.invalid."));
}

TEST_CASE("a redirect to a name does not become the home that is returned to") {
    Rig rig;
    Peer other;
    rig.turn();
    // Written so, the name is looked up. The answer comes when nobody asks for it any more: in the
    // test's time, 6 s go by at once.
    const auto hello = Come(rig.server).all<Hello>().at(0);
    rig.say(sent_on(hello, other.port(), "token", "LOCALHOST"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    Come before(other);
    rig.now += 6;
    const auto home = rig.run(3).all<Hello>();
    REQUIRE_FALSE(home.empty());
    CHECK(home[0].token.empty());
    CHECK(Come(other).all<Hello>().empty());
}

TEST_CASE("other stems are asked for by another hello") {
    Rig rig;
    rig.turn();
    CHECK(Come(rig.server).all<Hello>().at(0).stems == "bass,drums");
    rig.session.change(Rig::wish_of({"drums"}));
    const auto hellos = rig.run(0.26).all<Hello>();
    REQUIRE(hellos.size() == 1);
    CHECK(hellos[0].stems == "drums");
}

TEST_CASE("a hello names the bundle that is wished for, also where it is sent on to") {
    auto wish = Rig::wish_of({"bass"});
    wish.bundle = "second";
    Rig rig(wish);
    rig.turn();
    const auto hello = Come(rig.server).all<Hello>().at(0);
    CHECK(bundle_of(hello) == "second");
    CHECK(hello.lowest == bundle_version);
    Peer other;
    rig.say(sent_on(hello, other.port()));
    const auto there = Come(other).all<Hello>();
    REQUIRE(there.size() == 1);
    CHECK(bundle_of(there[0]) == "second");
}

TEST_CASE("a server that knows no names of bundles is told apart from another one") {
    auto wish = Rig::wish_of({"bass"});
    wish.bundle = "second";
    Rig rig(wish);
    rig.turn();
    rig.say(refusal(Come(rig.server).all<Hello>().at(0), "version"));
    CHECK(rig.text().find("Reason. Offer. Its version is older and knows no bundles by name") == 0);
    Rig plain;
    plain.turn();
    plain.say(refusal(Come(plain.server).all<Hello>().at(0), "version"));
    CHECK(plain.text() == "Reason. Offer.");
}

TEST_CASE("names with commas between them") {
    CHECK(joined({}).empty());
    CHECK(joined({"a", "b"}) == "a,b");
    CHECK(split("").empty());
    CHECK(split("a,b") == std::vector<std::string>{"a", "b"});
    CHECK(split(",a,") == std::vector<std::string>{"", "a", ""});
}
