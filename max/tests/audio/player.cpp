#include <doctest/doctest.h>

#include <random>

#include "session.hpp"

using namespace audio_tests;

namespace {

const Placement first_place = place_at(0);
const std::int64_t begin = first_place.start(0);

std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

}  // namespace

TEST_CASE("steps that overlap add up to what was sent") {
    for (const int block : {1, 64, 500, 4096}) {
        CAPTURE(block);
        Session session;
        session.follow(1, first_place);
        for (int step = 0; step < 3; ++step) session.send(session.packets(step));
        const auto heard = session.hear(begin + 3 * column, block)[0];
        CHECK(apart(heard, 0, begin, 0) == 0);
        CHECK(heard[static_cast<std::size_t>(begin)] == doctest::Approx(0.5 / overlap));
        CHECK(apart(heard, begin + overlap, begin + 3 * column, 1) < 1e-6);
        CHECK(session.player.silent() == 0);
        CHECK(session.player.late() == 0);
    }
}

TEST_CASE("order and repetition do not matter") {
    Session expected;
    expected.follow(1, first_place);
    std::vector<Incoming> items;
    for (int step = 0; step < 4; ++step) {
        for (const int size : {576, 100}) {  // the second time with other borders
            const auto more = expected.packets(step, 0.1f * static_cast<float>(step + 1), 0, size);
            items.insert(items.end(), more.begin(), more.end());
        }
    }
    expected.send(items);
    const auto sound = expected.hear(begin + 4 * column + overlap)[0];
    for (unsigned seed = 0; seed < 5; ++seed) {
        std::shuffle(items.begin(), items.end(), std::mt19937(seed));
        Session session;
        session.follow(1, first_place);
        session.send(items);
        CHECK(session.hear(begin + 4 * column + overlap)[0] == sound);
    }
}

TEST_CASE("what has come stays as it is") {
    Session session;
    session.follow(1, first_place);
    auto items = session.packets(0, 0.5f, 0, 100);
    for (std::size_t i = 0; i < items.size(); i += 2) session.player.apply(items[i]);
    session.send(session.packets(0, 0.25f, 0, 333));
    const auto heard = session.hear(begin + column)[0];
    for (std::int64_t at = begin + overlap; at < begin + column; ++at) {
        const float expected = (at - begin) / 100 % 2 ? 0.25f : 0.5f;
        CHECK(heard[static_cast<std::size_t>(at)] == expected);
    }
}

TEST_CASE("blocks of any size sound alike") {
    std::vector<float> sounds[2];
    for (const int i : {0, 1}) {
        Session session;
        session.follow(1, first_place);
        for (int step = 0; step < 6; ++step) {
            auto items = session.packets(step, 0.3f + 0.1f * static_cast<float>(step));
            if (step % 2) items.erase(items.begin() + 3, items.begin() + 5);
            session.send(items);
        }
        session.follow(2, place_at(6 * column, 2, 3));
        session.send(session.packets(0, -0.5f));
        sounds[i] = session.hear(begin + 9 * column, i ? 4096 : 64)[0];
        CHECK(session.player.silent() == 3 * 2 * 288);
    }
    CHECK(sounds[0] == sounds[1]);
}

TEST_CASE("a hole begins and ends softly, and is counted") {
    for (const int block : {1, 64, 500, 4096}) {
        CAPTURE(block);
        Session session;
        session.follow(1, first_place);
        session.send(session.packets(1));
        auto items = session.packets(0);
        items.erase(items.begin() + 8, items.begin() + 10);
        session.send(items);
        const auto heard = session.hear(begin + 2 * column, block)[0];
        const auto hole = begin + 8 * 288, after = begin + 10 * 288;
        CHECK(apart(heard, begin + overlap, hole - ramp, 1) < 1e-6);
        CHECK(apart(heard, hole, after, 0) == 0);
        CHECK(apart(heard, after + ramp, begin + 2 * column, 1) < 1e-6);
        CHECK(largest_difference(heard) < soft);
        CHECK(session.player.silent() == 2 * 288);
    }
}

TEST_CASE("what comes too late rises softly from where it was, and counts once") {
    Session session;
    session.follow(1, first_place);
    session.send(session.packets(0));
    const auto before = session.hear(begin + column + 200)[0];
    for (int twice = 0; twice < 2; ++twice) {
        session.send(session.packets(1));
        CHECK(session.player.silent() == 200);
        CHECK(session.player.late() == 200);
    }
    const auto after = session.hear(begin + 2 * column)[0];
    CHECK(largest_difference(joined(before, after)) < soft);
    CHECK(apart(after, ramp + overlap, column - 200, 1) < 1e-6);
}

TEST_CASE("late packets count in any order, for two seconds") {
    for (const bool turned : {false, true}) {
        Session session;
        session.follow(1, first_place);
        session.hear(begin + column);
        CHECK(session.player.silent() == column);
        auto items = session.packets(0, 1, 0, 500);
        if (turned) std::reverse(items.begin(), items.end());
        session.send(items);
        CHECK(session.player.late() == column);
    }
    Session session;
    session.follow(1, first_place);
    session.hear(begin + 2 * rate + 100);
    session.send(session.packets(0));
    CHECK(session.player.late() == column - 100);
}

TEST_CASE("stems that are not to play are not missing") {
    Session session(2);
    session.follow(1, first_place, sideman::never, 1);
    session.send(session.packets(0));
    const auto heard = session.hear(begin + 3000);
    CHECK(apart(heard[1], 0, begin + 3000, 0) == 0);
    CHECK(session.player.silent() == 0);
}

TEST_CASE("a jump ends what was heard at once and softly") {
    Session session;
    session.follow(1, first_place);
    for (int step = 0; step < 3; ++step) session.send(session.packets(step));
    const auto at = begin + 1000;
    const auto before = session.hear(at)[0];
    session.follow(2, place_at(at), at);
    const auto after = session.hear(at + column)[0];
    CHECK(largest_difference(joined(before, after)) < soft);
    CHECK(apart(after, overlap, column, 0) == 0);
    CHECK(session.player.silent() == 0);
}

TEST_CASE("an epoch takes over at its first sample, without a gap or a click") {
    for (const int lead : {2, 3}) {  // seamless, and with a column of silence
        CAPTURE(lead);
        Session session;
        session.follow(1, first_place);
        for (int step = 0; step < 2; ++step) session.send(session.packets(step));
        session.follow(2, place_at(2 * column, 1, lead));
        for (int step = 0; step < 2; ++step) session.send(session.packets(step));
        const auto at = session.place.start(0);
        const auto heard = session.hear(at + 2 * column)[0];
        CHECK(largest_difference(heard) < soft);
        CHECK(apart(heard, begin + overlap, begin + 2 * column, 1) < 1e-6);
        CHECK(apart(heard, at + overlap, at + 2 * column, 1) < 1e-6);
        if (lead == 2) CHECK(apart(heard, at, at + overlap, 1) < 1e-6);
        CHECK(session.player.silent() == 0);
    }
}

TEST_CASE("epochs that are replaced before they begin take nothing away") {
    Session session;
    session.follow(1, first_place);
    for (int step = 0; step < 2; ++step) session.send(session.packets(step));
    // Those with a lead of 3 would leave a gap; the last takes over seamlessly.
    session.follow(2, place_at(2 * column, 1, 3));
    session.follow(3, place_at(2 * column));
    session.follow(4, place_at(2 * column, 1, 3));
    session.follow(5, place_at(2 * column));
    for (int step = 0; step < 2; ++step) session.send(session.packets(step));
    const auto end = session.place.start(0) + 2 * column;
    CHECK(apart(session.hear(end)[0], begin + overlap, end, 1) < 1e-6);
    CHECK(session.player.silent() == 0);
}

TEST_CASE("three epochs in a row, again and again") {
    Session session;
    std::vector<float> heard;
    std::int64_t origin = 0;
    session.follow(1, place_at(origin));
    for (std::uint32_t epoch = 2; epoch < 40; ++epoch) {
        for (int step = 0; step < 2; ++step) session.send(session.packets(step));
        origin += 2 * column;
        session.follow(epoch, place_at(origin));
        heard = joined(heard, session.hear(origin + column)[0]);
    }
    CHECK(apart(heard, begin + overlap, static_cast<std::int64_t>(heard.size()), 1) < 1e-6);
    CHECK(session.player.silent() == 0);
}

TEST_CASE("an epoch after another in the same lane hears nothing of it") {
    Session session;
    for (std::uint32_t epoch = 1; epoch < 8; ++epoch) {
        const auto at = session.playhead;
        session.follow(epoch, place_at(at), at);
        if (epoch == 1) {
            for (int step = 0; step < 60; ++step) session.send(session.packets(step));
        }
        const auto heard = session.hear(at + 3 * column)[0];
        if (epoch > 1) CHECK(apart(heard, overlap, 3 * column, 0) == 0);
    }
}

TEST_CASE("everything ends softly where it is stopped") {
    Session session;
    session.follow(1, first_place);
    session.send(session.packets(0));
    session.stop(begin + 1030);
    const auto heard = session.hear(begin + column)[0];
    CHECK(largest_difference(heard) < soft);
    CHECK(apart(heard, begin + overlap, begin + 1030, 1) < 1e-6);
    CHECK(apart(heard, begin + 1030 + overlap, begin + column, 0) == 0);
    CHECK(session.player.silent() == 0);
}

TEST_CASE("muting falls and rises softly") {
    for (const int block : {16, 64, 500}) {
        Session session;
        session.follow(1, first_place);
        session.send(session.packets(0));
        auto heard = session.hear(begin + 1000, block)[0];
        session.player.mute(true);
        const auto silent = session.hear(begin + 1600, block)[0];
        CHECK(apart(silent, ramp, 600, 0) == 0);
        session.player.mute(false);
        const auto after = session.hear(begin + 2200, block)[0];
        CHECK(apart(after, ramp, 600, 1) < 1e-6);
        CHECK(largest_difference(joined(joined(heard, silent), after)) < soft);
    }
}

TEST_CASE("nothing is louder than full scale") {
    Session session(2);
    session.follow(1, first_place);
    session.send(session.packets(0, 3.0f, 0));
    session.send(session.packets(0, -1000.0f, 1));
    const auto heard = session.hear(begin + 3000);
    CHECK(apart(heard[0], begin + overlap, begin + 3000, 1) == 0);
    CHECK(apart(heard[1], begin + overlap, begin + 3000, -1) == 0);
}

TEST_CASE("an hour, far past every wrap of what is kept, with nothing missing or left over") {
    Session session;
    session.follow(1, place_at(-12345, 4, 4));
    float largest = 0;
    std::int64_t step = 0;
    while (session.playhead < std::int64_t{3600} * rate) {
        while (session.place.boundary(step) <= session.playhead) {
            session.send(session.packets(step++, 1, 0, 576));
        }
        const auto heard = session.hear(session.playhead + 4096, 4096)[0];
        const auto from = session.place.start(0) + overlap - (session.playhead - 4096);
        if (from < 4096) {
            largest = std::max(largest, apart(heard, std::max<std::int64_t>(0, from), 4096, 1));
        }
    }
    CHECK(largest < 1e-6);
    CHECK(session.player.silent() == 0);
}

TEST_CASE("what makes no sense changes nothing") {
    Session session;
    session.follow(1, first_place);
    session.send(session.packets(0));
    auto item = session.packets(0)[0];
    const auto with = [&](auto change) {
        auto changed = item;
        change(changed);
        session.player.apply(changed);
    };
    with([](Incoming& i) { i.row = -1; });
    with([](Incoming& i) { i.row = 1; });
    with([](Incoming& i) { i.step = -1; });
    with([](Incoming& i) { i.step = INT64_MAX; });
    with([](Incoming& i) { i.position = INT64_MAX - 600; });
    with([](Incoming& i) { i.position = INT64_MIN; });
    with([](Incoming& i) { i.position = sideman::never; });
    with([](Incoming& i) { i.count = 1 << 30; });
    with([](Incoming& i) { i.count = -3; });
    with([](Incoming& i) { i.epoch.session = 8; });
    with([](Incoming& i) {
        i.kind = Incoming::Kind::follow;
        i.placement.step = 0;
    });
    const auto heard = session.hear(begin + column)[0];
    CHECK(apart(heard, begin + overlap, begin + column, 1) < 1e-6);
    CHECK(session.player.silent() == 0);
}
