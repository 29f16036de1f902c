#include <doctest/doctest.h>

#include "audio/placement.hpp"

using sideman::Placement;

namespace {

Placement placed(int rate, std::int64_t origin, int step, int lead, int overlap, int wait = 0) {
    Placement placement;
    placement.origin = origin;
    placement.step = step;
    placement.lead = lead;
    placement.overlap = overlap;
    placement.wait = wait;
    sideman::set_rates(placement, rate, 44100);
    return placement;
}

// What `Placement` of sideman.runtime.streaming.lane says; the last three since the origin.
struct Row {
    int rate;
    std::int64_t origin;
    int step, lead, overlap, wait;
    std::int64_t number;
    int step_samples, fade_samples, ahead;
    std::int64_t context_end, start, end;
};
constexpr Row rows[] = {
    {44100, -1000000000, 1, 2, 300, 0, 7, 4096, 300, 6356, 32768, 39124, 43520},
    {44100, 10000000007, 4, 4, 882, 0, 1000, 16384, 882, 13966, 16400384, 16414350, 16431616},
    {44100, -1, 1, 2, 300, 0, 7, 4096, 300, 6356, 32768, 39124, 43520},
    {44100, -1000000000, 1, 1, 882, 0, 123456, 4096, 882, 1678, 505679872, 505681550, 505686528},
    {48000, 99999, 1, 1, 882, 105, 123456, 4459, 960, 1721, 550399861, 550401688, 550407106},
    {48000, 99999, 1, 1, 882, 105, 123456, 4459, 960, 1721, 550399861, 550401688, 550407106},
    {48000, -123457, 4, 4, 882, 105, 0, 17833, 960, 15096, 17833, 33035, 51827},
    {48000, 10000000007, 64, 64, 0, 105, 1, 285327, 0, 283549, 570654, 854309, 1139636},
    {22050, -123457, 4, 4, 882, 96, 1000, 8192, 441, 6887, 8200192, 8207175, 8215808},
    {22050, -123457, 4, 4, 882, 96, 0, 8192, 441, 6887, 8192, 15175, 23808},
    {22050, 10000000007, 1, 1, 4096, 96, 7, 2048, 2048, -864, 16384, 15616, 19712},
    {22050, -123457, 1, 1, 4096, 96, 1000, 2048, 2048, -864, 2050048, 2049280, 2053376},
    {8000, 10000000007, 1, 1, 4096, 96, 1000, 744, 743, -375, 743782, 743503, 744989},
    {8000, -1, 1, 1, 4096, 96, 0, 744, 743, -375, 744, 465, 1951},
    {8000, 10000000007, 1, 2, 300, 96, 0, 744, 54, 1057, 744, 1897, 2694},
    {8000, -123457, 3, 5, 1, 96, 1, 2230, 0, 3340, 4459, 7895, 10124},
    {96000, 0, 64, 64, 0, 209, 0, 570654, 0, 567100, 570654, 1137964, 1708618},
    {96000, -1000000000, 2, 1, 8192, 209, 7, 17833, 17832, -12470, 142664, 130404, 166069},
    {96000, -1, 3, 5, 1, 209, 1000, 26750, 2, 41027, 26776138, 26817374, 26844125},
    {96000, -77777, 1, 1, 4096, 209, 123456, 8917, 8916, -3553, 1100799722, 1100796378, 1100814211},
    {11025, -1000000000, 64, 64, 0, 96, 0, 65536, 0, 65056, 65536, 130688, 196224},
    {11025, -123457, 3, 5, 1, 96, 0, 3072, 0, 4639, 3072, 7808, 10880},
    {11025, 0, 1, 1, 4096, 96, 1, 1024, 1024, -480, 2048, 1664, 3712},
    {11025, -123457, 1, 1, 4096, 96, 1000, 1024, 1024, -480, 1025024, 1024640, 1026688},
    {192000, 0, 1, 1, 4096, 418, 1000, 17833, 17832, -7106, 17850759, 17844071, 17879736},
    {192000, -1000000000, 2, 1, 8192, 418, 1, 35666, 35665, -24939, 71332, 46812, 118143},
    {192000, 0, 1, 1, 882, 418, 0, 17833, 3840, 6887, 17833, 25139, 46812},
    {192000, 10000000007, 64, 64, 0, 418, 1, 1141308, 0, 1134201, 2282615, 3417235, 4558542},
};

// What `Lane.end_before` says; `since`: the following origin, counted from this one.
struct Takeover {
    int rate;
    std::int64_t origin;
    int step, lead, overlap;
    std::int64_t since;
    int following_step, following_lead, following_overlap;
    std::int64_t steps;
    bool joins;
};
constexpr Takeover takeovers[] = {
    {8000, -1, 1, 1, 4096, 29721, 1, 1, 4096, 40, true},
    {8000, 10000000007, 1, 1, 4096, 29722, 1, 1, 4096, 40, true},
    {8000, 10000000007, 1, 2, 300, 2231, 1, 1, 300, 3, false},
    {11025, -1000000000, 64, 64, 0, 2621441, 64, 64, 0, 40, true},
    {11025, -123457, 1, 1, 4096, 40961, 1, 1, 4096, 40, true},
    {11025, -123457, 3, 5, 1, 1, 4, 4, 1, 0, false},
    {11025, -123457, 3, 5, 1, 12288, 1, 1, 1, 4, false},
    {11025, 0, 1, 1, 4096, 1024, 1, 1, 4096, 1, true},
    {11025, 0, 1, 1, 4096, 41984, 1, 1, 4096, 41, true},
    {22050, -123457, 1, 1, 4096, 2048, 1, 1, 4096, 1, true},
    {22050, -123457, 4, 4, 882, 1, 4, 4, 882, 0, false},
    {22050, -123457, 4, 4, 882, 1, 4, 4, 882, 0, false},
    {22050, -123457, 4, 4, 882, 32768, 4, 4, 882, 4, true},
    {22050, -123457, 4, 4, 882, 335872, 4, 4, 882, 41, true},
    {22050, 10000000007, 1, 1, 4096, -10240, 1, 1, 4096, 0, false},
    {22050, 10000000007, 1, 1, 4096, 8192, 1, 1, 4096, 4, true},
    {44100, -1000000000, 1, 1, 882, -493, 1, 1, 882, 0, false},
    {44100, -1, 1, 2, 300, 163841, 1, 1, 300, 40, false},
    {44100, 10000000007, 4, 4, 882, 49152, 4, 4, 882, 3, true},
    {44100, 10000000007, 4, 4, 882, 671744, 4, 4, 882, 41, true},
    {48000, -123457, 4, 4, 882, 55419, 1, 1, 882, 3, false},
    {48000, 99999, 1, 1, 882, -22290, 1, 1, 882, 0, false},
    {48000, 99999, 1, 1, 882, 1, 4, 4, 882, 0, false},
    {48000, 99999, 1, 1, 882, 4459, 1, 1, 882, 1, true},
    {48000, 10000000007, 64, 64, 0, -1141307, 4, 4, 0, 0, false},
    {48000, 10000000007, 64, 64, 0, 11413073, 4, 4, 0, 40, false},
    {96000, -1000000000, 2, 1, 8192, -89700, 2, 1, 8192, 0, false},
    {96000, -1000000000, 2, 1, 8192, 715410, 2, 1, 8192, 40, false},
    {96000, -1, 3, 5, 1, 106998, 1, 1, 1, 4, false},
    {96000, 0, 64, 64, 0, -2853268, 1, 1, 0, 0, false},
    {192000, -1000000000, 2, 1, 8192, 35666, 4, 4, 8192, 1, false},
    {192000, -1000000000, 2, 1, 8192, 107711, 1, 1, 4096, 3, false},
    {192000, 0, 1, 1, 882, 1, 1, 1, 882, 0, false},
    {192000, 0, 1, 1, 882, 50740, 1, 1, 882, 3, false},
    {192000, 0, 1, 1, 882, 731150, 1, 1, 882, 41, true},
    {192000, 10000000007, 64, 64, 0, 3423778, 1, 1, 0, 3, false},
};

}  // namespace

TEST_CASE("steps stand where the Python client places them") {
    for (const Row& row : rows) {
        CAPTURE(row.rate);
        CAPTURE(row.origin);
        CAPTURE(row.number);
        const auto place =
            placed(row.rate, row.origin, row.step, row.lead, row.overlap, row.wait);
        CHECK(place.valid());
        CHECK(place.step_samples() == row.step_samples);
        CHECK(place.fade_samples() == row.fade_samples);
        CHECK(place.ahead() == row.ahead);
        CHECK(place.context_end(row.number) == row.origin + row.context_end);
        CHECK(place.boundary(row.number) == row.origin + row.context_end + row.wait);
        CHECK(place.start(row.number) == row.origin + row.start);
        CHECK(place.end(row.number) == row.origin + row.end);
    }
}

TEST_CASE("an epoch ends before another one as in the Python client") {
    for (const Takeover& row : takeovers) {
        CAPTURE(row.rate);
        CAPTURE(row.origin);
        CAPTURE(row.since);
        const auto place = placed(row.rate, row.origin, row.step, row.lead, row.overlap);
        const auto following = placed(row.rate, row.origin + row.since, row.following_step,
                                      row.following_lead, row.following_overlap);
        const auto ending = sideman::ending_before(place, following);
        CHECK(ending.steps == row.steps);
        CHECK(ending.joins == row.joins);
    }
}

TEST_CASE("the step at a position is the last that has begun") {
    for (const Row& row : rows) {
        const auto place =
            placed(row.rate, row.origin, row.step, row.lead, row.overlap, row.wait);
        CHECK(place.step_at(place.start(row.number)) == row.number);
        CHECK(place.step_at(place.start(row.number + 1) - 1) == row.number);
        CHECK(place.step_at(place.start(row.number) - 1) == row.number - 1);
        CHECK(place.step_at(place.start(0) - 1) < 0);
    }
}

TEST_CASE("what makes no sense is not valid") {
    const auto good = placed(48000, -5, 4, 4, 882, 105);
    CHECK(good.valid());
    const auto invalid = [&](auto change) {
        auto place = good;
        change(place);
        return !place.valid();
    };
    CHECK(invalid([](Placement& p) { p.step = 0; }));
    CHECK(invalid([](Placement& p) { p.step = 65; }));
    CHECK(invalid([](Placement& p) { p.lead = 0; }));
    CHECK(invalid([](Placement& p) { p.lead = 65; }));
    CHECK(invalid([](Placement& p) { p.overlap = -1; }));
    CHECK(invalid([](Placement& p) { p.overlap = 4 * 4096 + 1; }));
    CHECK(invalid([](Placement& p) { p.wait = -1; }));
    CHECK(invalid([](Placement& p) { p.wait = p.step_samples() + 1; }));
    CHECK(invalid([](Placement& p) { p.up = 0; }));
    CHECK(invalid([](Placement& p) { p.down = -147; }));
    CHECK(invalid([](Placement& p) { p.up = 1 << 30; }));
    CHECK(invalid([](Placement& p) { p.origin = INT64_MIN; }));
    CHECK(invalid([](Placement& p) { sideman::set_rates(p, 48000, 0); }));
    CHECK(invalid([](Placement& p) { sideman::set_rates(p, -1, 44100); }));
}
