#include "session/messages.hpp"

#include <doctest/doctest.h>

using sideman::Messages;

TEST_CASE("an error is shown for eight seconds, then the newest warning, then nothing") {
    Messages messages;
    CHECK(messages.shown(0, false) == "No answer yet.");
    messages.begin();
    CHECK(messages.shown(0, true).empty());
    messages.warn("close", "Close.", true);
    messages.warn("late", "Late.", true);
    CHECK(messages.shown(1, true) == "Late.");
    messages.warn("close", "Close again.", true);
    CHECK(messages.shown(1, true) == "Close again.");
    messages.error("Wrong.", 1);
    messages.warn("silent", "Silent.", true);
    CHECK(messages.shown(8.9, true) == "Wrong.");
    CHECK(messages.shown(9.1, true) == "Silent.");
    for (const char* code : {"silent", "close", "late", "late"}) messages.warn(code, "", false);
    CHECK(messages.shown(9.1, true).empty());
}

TEST_CASE("a failure is shown whether a session plays or not, until one begins") {
    Messages messages;
    messages.fail("Wrong.", 1);
    CHECK(messages.shown(100, false) == "Wrong.");
    CHECK(messages.shown(2, true) == "Wrong.");
    messages.begin();
    CHECK(messages.shown(2, true).empty());
    CHECK(messages.shown(2, false).empty());
}

TEST_CASE("a server with a thousand warnings is not remembered for ever") {
    Messages messages;
    for (int i = 0; i < 1000; ++i) messages.warn(std::to_string(i), std::to_string(i), true);
    CHECK(messages.shown(0, true) == "999");
    int left = 0;
    for (int i = 999; i >= 0 && !messages.shown(0, true).empty(); --i, ++left)
        messages.warn(std::to_string(i), "", false);
    CHECK(left == 16);
}
