#include "net/socket.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <string>

#include "net/resolver.hpp"
#include "peer.hpp"

using namespace sideman;
using tests::Peer;

namespace {
Endpoint at(const std::string& host, int port) {
    Endpoint endpoint;
    REQUIRE(numeric_endpoint(host, port, endpoint));
    return endpoint;
}
}  // namespace

TEST_CASE("a socket keeps its port to the same endpoint, and takes another one to others") {
    Peer one, two;
    std::string datagram;
    Socket socket;
    REQUIRE(socket.connect(at("127.0.0.1", one.port())).empty());
    socket.send("a", 1);
    REQUIRE(one.receive(datagram, 1));
    const int port = one.who();
    REQUIRE(socket.connect(at("127.0.0.1", one.port())).empty());
    socket.send("b", 1);
    REQUIRE(one.receive(datagram, 1));
    CHECK(datagram == "b");
    CHECK(one.who() == port);
    one.send(std::string("from one"));
    REQUIRE(socket.connect(at("127.0.0.1", two.port())).empty());
    // What the first one has sent is gone.
    char data[32];
    std::size_t size = sizeof data;
    CHECK(socket.receive(data, size) == Socket::Received::nothing);
    socket.send("c", 1);
    REQUIRE(two.receive(datagram, 1));
    CHECK(datagram == "c");
}

TEST_CASE("from loopback a socket finds the way to other machines, where there is one") {
    const auto elsewhere = at("192.0.2.1", 9);  // an address for examples; nothing is sent there
    Socket fresh, socket;
    if (!fresh.connect(elsewhere).empty()) {
        MESSAGE("skipped: this machine has no way to other machines");
        return;
    }
    Peer peer;
    REQUIRE(socket.connect(at("127.0.0.1", peer.port())).empty());
    socket.send("a", 1);
    CHECK(socket.connect(elsewhere).empty());
}

TEST_CASE("one family after another") {
    Socket socket;
    CHECK(socket.connect(at("127.0.0.1", 9)).empty());
    const auto why = socket.connect(at("::1", 9));
    if (!why.empty()) MESSAGE("no IPv6 here: " << why);
    CHECK(socket.is_open() == why.empty());
    CHECK(socket.connect(at("127.0.0.1", 9)).empty());
}

TEST_CASE("a killed server is noticed, also by who has just sent, and what is sent then arrives") {
    if (tests::in_wine()) {
        MESSAGE("skipped: Wine does not tell a socket that nobody listens");
        return;
    }
    Socket socket;
    int port = 0;
    {
        Peer gone;
        port = gone.port();
        REQUIRE(socket.connect(at("127.0.0.1", port)).empty());
    }
    socket.send("a", 1);
    Peer back(port);
#ifdef __linux__
    socket.send("b", 1);  // is told about what was sent before
    std::string datagram;
    REQUIRE(back.receive(datagram, 1));
    CHECK(datagram == "b");
#endif
    char data[32];
    auto received = Socket::Received::nothing;
    for (int i = 0; i < 100 && received == Socket::Received::nothing; ++i) {
        std::size_t size = sizeof data;
        received = socket.receive(data, size);
        const auto handle = socket.handle();
        if (received == Socket::Received::nothing) wait(&handle, 1, 0.01);
    }
    CHECK(received == Socket::Received::refused);
    std::size_t size = sizeof data;
    CHECK(socket.receive(data, size) == Socket::Received::nothing);
}

TEST_CASE("hosts that are none, and ports that are none") {
    Endpoint endpoint;
    CHECK_FALSE(numeric_endpoint("name", 9, endpoint));
    CHECK_FALSE(numeric_endpoint("", 9, endpoint));
    CHECK_FALSE(numeric_endpoint(std::string(2000, '1'), 9, endpoint));
    for (const int port : {-1, 65536, 1 << 30}) {
        CHECK_FALSE(numeric_endpoint("127.0.0.1", port, endpoint));
        CHECK(look_up("127.0.0.1", port, endpoint).find("There is no port") == 0);
    }
    CHECK(numeric_endpoint("localhost", 9, endpoint));
    CHECK(look_up("localhost", 9, endpoint).empty());
    CHECK(endpoint.family == AF_INET);  // as the Python client, though ::1 may come first
}

TEST_CASE("why a host is not known is a sentence in ASCII") {
    Endpoint endpoint;
    const auto why = look_up("nobody.invalid", 9, endpoint);
    CHECK(why.find("The host 'nobody.invalid' is not known: ") == 0);
    CHECK(std::isalnum(static_cast<unsigned char>(why[why.size() - 2])));
    CHECK(why.back() == '.');
    for (const char each : why) CHECK((each >= ' ' && each <= '~'));
}

TEST_CASE("who waits for no socket waits all the same") {
    const Socket::Handle none[] = {Socket::none, Socket::none};
    for (const std::size_t count : {0u, 2u}) {
        const double before = monotonic_seconds();
        wait(none, count, 0.05);
        CHECK(monotonic_seconds() - before > 0.04);
    }
}

TEST_CASE("a look-up that is cancelled answers nobody") {
    Resolver resolver;
    Endpoint endpoint;
    std::string error;
    resolver.begin("nobody.invalid", 9);
    CHECK(resolver.pending());
    resolver.cancel();
    CHECK_FALSE(resolver.pending());
    CHECK_FALSE(resolver.take(endpoint, error));
    resolver.begin("127.0.0.1", 9);
    CHECK(resolver.take(endpoint, error));
    CHECK(error.empty());
    CHECK_FALSE(resolver.take(endpoint, error));
}

TEST_CASE("a waker wakes, once or often, and is quiet when drained") {
    Waker waker;
    REQUIRE(waker.is_open());
    const auto handle = waker.handle();
    const auto woken = [&](double seconds) {
        const double before = monotonic_seconds();
        wait(&handle, 1, seconds);
        return monotonic_seconds() - before < seconds * 0.9;
    };
    CHECK_FALSE(woken(0.02));
    for (int i = 0; i < 100000; ++i) waker.wake();  // more than it holds: nobody is blocked
    CHECK(woken(1));
    waker.drain();
    CHECK_FALSE(woken(0.02));
}
