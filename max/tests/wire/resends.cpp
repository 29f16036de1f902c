// What is asked for again covers what is missing, and no message asks for more than it may.
#include "wire/resends.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>

#include "datagrams.hpp"
#include "wire/bytes.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {

std::string entry(std::int64_t position, std::uint32_t bits, int stem) {
    return pack({{stem, position, bits}});
}

bool accepted(const std::string& entries) {
    std::vector<Wanted> wanted;
    return unpack(entries, wanted);
}

std::string repeated(const std::string& text, int times) {
    std::string found;
    for (int i = 0; i < times; ++i) found += text;
    return found;
}

}  // namespace

TEST_CASE("resends: all that is missing is asked for, and little more") {
    Random random(5);
    for (int i = 0; i < 300; ++i) {
        std::vector<Range> holes;
        std::set<std::int64_t> missing, asked;
        std::int64_t at = -1000;
        for (std::size_t k = random.below(9); k > 0; --k) {
            at += static_cast<std::int64_t>(random.below(400));
            const auto end = at + 1 + static_cast<std::int64_t>(random.below(900));
            holes.emplace_back(at, end);
            for (; at < end; ++at) missing.insert(at);
        }
        const auto wanted = want(3, holes);
        for (const auto& each : wanted) {
            CHECK(each.stem == 3);
            for (const auto& [start, end] : each.ranges())
                for (auto position = start; position < end; ++position) asked.insert(position);
        }
        for (const auto position : missing) REQUIRE(asked.count(position) == 1);
        CHECK(asked.size() <= missing.size() + 2 * resend_unit * holes.size());
        std::vector<Wanted> found;
        CHECK(unpack(pack(wanted), found) != wanted.empty());
        REQUIRE(found.size() == wanted.size());
        for (std::size_t k = 0; k < found.size(); ++k) {
            CHECK(found[k].stem == wanted[k].stem);
            CHECK(found[k].position == wanted[k].position);
            CHECK(found[k].bits == wanted[k].bits);
        }
    }
}

TEST_CASE("resends: the oldest come first, and no more than a message holds") {
    std::vector<Range> holes;
    for (int i = 0; i < 20; ++i) holes.emplace_back(i * 5000, i * 5000 + 10);
    const auto wanted = want(0, holes);
    REQUIRE(wanted.size() == most_resend_entries);
    for (int i = 0; i < most_resend_entries; ++i)
        CHECK(wanted[static_cast<std::size_t>(i)].position == i * 5000);
    CHECK(want(0, holes, 0).empty());
    CHECK(want(0, {{0, 1'000'000'000'000}}).size() == most_resend_entries);
}

TEST_CASE("resends: ranges are joined where they touch") {
    const Wanted wanted{0, 100, 0x80000007u};
    CHECK(wanted.ranges() == std::vector<Range>{{100, 292}, {2084, 2148}});
    CHECK(Wanted{0, 0, 0}.ranges().empty());
    CHECK(Wanted{0, 0, 0xffffffffu}.ranges() == std::vector<Range>{{0, 2048}});
}

TEST_CASE("resends: holes that are not in their order are asked for all the same") {
    const auto wanted = want(0, {{5000, 5010}, {100, 110}});
    REQUIRE(wanted.size() == 2);
    CHECK(wanted[1].position == 100);
}

TEST_CASE("resends: what asks for nothing or too much is refused") {
    CHECK(accepted(entry(0, 1, 0)));
    CHECK(accepted(entry(max_position, 1, 63)));
    CHECK(accepted(entry(-max_position, 1, context_stem)));
    CHECK(accepted(repeated(entry(0, 1, 0), 8)));
    const std::string refused[] = {
        "",
        std::string(15, '\0'),
        std::string(16, '\0'),
        entry(0, 1, 0) + "x",
        entry(0, 1, 64),
        entry(0, 1, 200),
        entry(max_position + 1, 1, 0),
        entry(std::numeric_limits<std::int64_t>::max(), 1, 0),
        entry(std::numeric_limits<std::int64_t>::min(), 1, 0),
        entry(0, 1, 0) + entry(0, 0, 0),
        repeated(entry(0, 1, 0), 9),
    };
    for (const auto& entries : refused) CHECK_FALSE(accepted(entries));
}
