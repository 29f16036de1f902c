#include "session/repairs.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace sideman;

namespace {

constexpr EpochKey first_epoch{7, 1}, second_epoch{7, 2};

Placement place_at(std::int64_t origin, int step = 1, int lead = 2) {
    Placement placement;
    placement.origin = origin;
    placement.step = step;
    placement.lead = lead;
    placement.overlap = 300;
    return placement;
}

struct Asking {
    Asking() { repairs.follow(first_epoch, place, true); }

    void come(std::int64_t position, double now, std::int64_t step = 0, int row = 0,
              EpochKey epoch = first_epoch) {
        repairs.note(epoch, row, step, position, 288, false, now);
    }
    // What is asked for: epoch, and positions by row.
    double turn(double now, double round_trip = 0.02, std::int64_t soonest = 0) {
        asked.clear();
        return repairs.turn(
            {0, 1}, round_trip, soonest,
            [&](const EpochKey& epoch, const std::string& entries) {
                std::vector<Wanted> wanted;
                REQUIRE(unpack(entries, wanted));
                for (const auto& each : wanted) asked.emplace_back(epoch.epoch, each);
            },
            now);
    }
    bool wants(std::int64_t position) const {
        for (const auto& each : asked)
            for (const auto& [low, high] : each.second.ranges())
                if (low <= position && position < high) return true;
        return false;
    }

    Repairs repairs;
    Placement place = place_at(0);
    std::int64_t start = place.start(0);
    std::vector<std::pair<std::uint32_t, Wanted>> asked;
};

}  // namespace

TEST_CASE("ranges know what is missing, as a set of positions would") {
    std::mt19937 random(5);
    for (int round = 0; round < 200; ++round) {
        Ranges ranges;
        std::set<int> there;
        for (int i = 0; i < 12; ++i) {
            const int low = static_cast<int>(random() % 60) - 30;
            const int high = low + static_cast<int>(random() % 12);
            std::int64_t fresh = 0;
            for (int at = low; at < high; ++at) fresh += there.insert(at).second ? 1 : 0;
            CHECK(ranges.add(low, high) == fresh);
        }
        std::set<int> missing;
        std::int64_t before = -1000;
        for (const auto& [low, high] : ranges.missing(-35, 45)) {
            CHECK(low > before);  // they do not touch
            before = high;
            for (auto at = low; at < high; ++at) missing.insert(static_cast<int>(at));
        }
        for (int at = -35; at < 45; ++at) CHECK((there.count(at) == 0) == (missing.count(at) == 1));
    }
    CHECK(Ranges().add(5, 5) == 0);
    CHECK(Ranges().missing(5, 5).empty());
}

TEST_CASE("what is missing before a packet is asked for after 10 ms, and nothing behind it") {
    Asking each;
    each.come(each.start, 1.0);
    each.come(each.start + 864, 1.0);
    CHECK(each.turn(1.005) == doctest::Approx(1.01));  // another packet may have overtaken it
    CHECK(each.asked.empty());
    each.turn(1.011);
    CHECK_FALSE(each.wants(each.start + 287));
    CHECK(each.wants(each.start + 288));
    CHECK(each.wants(each.start + 863));
    CHECK_FALSE(each.wants(each.start + 864));
    CHECK_FALSE(each.wants(each.start + 864 + 288));
}

TEST_CASE("nothing is asked for sooner than a round trip later, and not when it has come") {
    Asking each;
    each.come(each.start + 288, 1.0);
    CHECK(each.turn(1.02, 0.05) == doctest::Approx(1.07));
    CHECK(each.asked.size() == 1);
    each.turn(1.06, 0.05);
    CHECK(each.asked.empty());
    each.turn(1.071, 0.05);
    CHECK(each.asked.size() == 1);
    // What was sent again fills the hole, and does not tell of holes before it.
    CHECK(each.repairs.note(first_epoch, 0, 0, each.start, 288, true, 1.08) == 288);
    CHECK(each.repairs.note(first_epoch, 0, 0, each.start, 288, true, 1.08) == 0);
    CHECK(each.turn(1.2, 0.05) < 0);
    CHECK(each.asked.empty());
}

TEST_CASE("what can come no more in time is not asked for") {
    Asking each;
    each.come(each.start + 1000, 1.0);
    each.turn(1.02, 0.02, each.start + 500);
    CHECK_FALSE(each.wants(each.start + 499));
    CHECK(each.wants(each.start + 500));
    CHECK(each.turn(1.1, 0.02, each.start + 1000) < 0);
}

TEST_CASE("one request has eight entries at the most") {
    Asking each;
    each.place = place_at(0, 64, 2);
    each.repairs.follow(first_epoch, each.place, true);
    each.start = each.place.start(0);
    for (int i = 1; i < 40; ++i) each.come(each.start + i * 4096, 1.0, 0, i % 2);
    each.turn(1.02);
    CHECK(each.asked.size() == most_resend_entries);
    CHECK(each.wants(each.start));
}

TEST_CASE("a step that has not come at all is asked for when the next one has") {
    Asking each;
    each.come(each.place.start(1) + 288, 1.0, 1);
    each.turn(1.02);
    CHECK(each.wants(each.start));
    CHECK(each.wants(each.place.start(1) + 100));
    CHECK_FALSE(each.wants(each.place.start(1) + 288 + resend_unit));
}

TEST_CASE("an epoch that is replaced before its first step concerns nobody") {
    Asking each;
    each.come(each.place.start(3), 1.0, 3);
    // It would begin at step 4's boundary; the next one begins at the same place.
    const auto origin = each.place.context_end(3);
    each.repairs.follow(second_epoch, place_at(origin), false);
    each.repairs.follow(EpochKey{7, 3}, place_at(origin, 2, 2), false);
    CHECK(each.repairs.note(second_epoch, 0, 0, place_at(origin).start(0), 288, false, 1.0) == 0);
    each.turn(1.02);
    REQUIRE_FALSE(each.asked.empty());  // the first one still plays
    for (const auto& [epoch, wanted] : each.asked) CHECK(epoch == 1);
    // What the first epoch does not have is not asked for.
    each.come(each.place.start(4) + 288, 1.1, 4);
    each.turn(1.2, 0.02, each.place.end(3));
    CHECK(each.asked.empty());
}

TEST_CASE("a jump forgets what was missing") {
    Asking each;
    each.come(each.start + 288, 1.0);
    each.repairs.follow(second_epoch, place_at(20000), true);
    CHECK(each.turn(1.1) < 0);
    CHECK(each.repairs.note(first_epoch, 0, 0, each.start, 288, false, 1.0) == 0);
}

TEST_CASE("steps in any order are asked for within bounds") {
    Asking each;
    for (std::int64_t i = 0; i < 20000; ++i) {
        const auto step = i % 3 == 0 ? i * 2 : 4294967295 - i;
        each.come(each.place.start(step) + 288, 1.0 + 0.02 * static_cast<double>(i), step);
        each.turn(1.0 + 0.02 * static_cast<double>(i) + 0.011);
        REQUIRE(each.asked.size() <= most_resend_entries);
    }
}
