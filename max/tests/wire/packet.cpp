// Audio packets: the documented bytes, every value, and bytes that are none.
#include "wire/packet.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>

#include "datagrams.hpp"
#include "wire/bytes.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {

Packet packet_with(std::initializer_list<float> samples, Format format = Format::float32) {
    Packet packet;
    packet.session = 7;
    packet.epoch = 1;
    packet.position = 88200;
    packet.format = format;
    for (const float sample : samples) packet.samples[packet.count++] = sample;
    return packet;
}

Packet sent_again() {
    Packet packet = packet_with({0.5f, -0.25f, 1 / 32768.0f}, Format::int16);
    packet.position = 100000;
    packet.step = 3;
    packet.stem = 0;
    packet.again = true;
    return packet;
}

Datagram written(const Packet& packet) {
    Byte out[max_datagram];
    return Datagram(out, out + write_packet(packet, out));
}

// What is wrong with it, or nothing.
std::string refusal(const Datagram& data) {
    Packet packet;
    const char* wrong = read_packet(data.data(), data.size(), packet);
    return wrong == nullptr ? "" : wrong;
}

void check_same(const Packet& one, const Packet& other) {
    CHECK(one.session == other.session);
    CHECK(one.epoch == other.epoch);
    CHECK(one.position == other.position);
    CHECK(one.step == other.step);
    CHECK(one.stem == other.stem);
    CHECK(one.format == other.format);
    CHECK(one.again == other.again);
    REQUIRE(one.count == other.count);
    const auto bytes = static_cast<std::size_t>(one.count) * sizeof(float);
    CHECK(std::memcmp(one.samples, other.samples, bytes) == 0);
}

template <typename Unsigned>
Datagram changed(Datagram data, std::size_t at, Unsigned value) {
    store(data.data() + at, value);
    return data;
}

}  // namespace

TEST_CASE("packets: documented bytes") {
    const auto examples = documented();
    const std::pair<std::string, Packet> packets[] = {
        {"audio: context", packet_with({0.5f, -0.25f})},
        {"audio: a stem, sent again", sent_again()},
    };
    for (const auto& each : packets) {
        CAPTURE(each.first);
        const Datagram& data = examples.at(each.first);
        CHECK(written(each.second) == data);
        CHECK(is_audio(data.data(), data.size()));
        Packet read;
        REQUIRE(read_packet(data.data(), data.size(), read) == nullptr);
        check_same(read, each.second);
    }
}

TEST_CASE("packets: every one is read as it was written") {
    Random random(2);
    for (int i = 0; i < 2000; ++i) {
        Packet packet;
        packet.session = static_cast<std::uint32_t>(random.bits());
        packet.epoch = static_cast<std::uint32_t>(random.bits());
        packet.position = static_cast<std::int64_t>(random.bits() >> 2);
        if (random.below(2) == 0) packet.position = -packet.position;
        packet.stem = static_cast<std::uint8_t>(random.below(65));
        if (packet.stem == 64) packet.stem = context_stem;
        if (packet.stem != context_stem) packet.step = static_cast<std::uint32_t>(random.bits());
        packet.format = static_cast<Format>(random.below(2));
        packet.again = random.below(2) != 0;
        const auto most = static_cast<std::size_t>(most_samples(packet.format));
        packet.count = static_cast<int>(1 + random.below(most));
        for (int k = 0; k < packet.count; ++k)
            packet.samples[k] = static_cast<float>(random.below(65536)) / 32768.0f - 1.0f;
        const Datagram data = written(packet);
        CHECK(data.size() <= max_datagram);
        CHECK(data.size() % 4 == 0);
        Packet read;
        REQUIRE(read_packet(data.data(), data.size(), read) == nullptr);
        check_same(read, packet);
    }
}

TEST_CASE("packets: the most samples, and counts that none holds") {
    for (const auto format : {Format::float32, Format::int16}) {
        Packet packet = packet_with({}, format);
        CHECK(written(packet).empty());
        packet.count = -1;
        CHECK(written(packet).empty());
        packet.count = most_samples(format);
        CHECK(written(packet).size() == max_datagram);
        CHECK(refusal(written(packet)) == "");
        ++packet.count;
        CHECK(written(packet).empty());
    }
}

TEST_CASE("packets: int16 is rounded to the nearest, of two to the even one, and limited") {
    constexpr float unit = 1 / 32768.0f;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinite = std::numeric_limits<float>::infinity();
    const Packet packet = packet_with({2.0f, -2.0f, 1.0f, 0.9999f, 0.5f * unit, 1.5f * unit,
                                       -2.5f * unit, infinite, -infinite, nan},
                                      Format::int16);
    const int expected[] = {32767, -32768, 32767, 32765, 0, 2, -2, 32767, -32768, 0};
    const Datagram data = written(packet);
    Packet read;
    REQUIRE(read_packet(data.data(), data.size(), read) == nullptr);
    REQUIRE(read.count == 10);
    for (int i = 0; i < read.count; ++i) CHECK(read.samples[i] * 32768.0f == expected[i]);
}

TEST_CASE("packets: what is none is refused") {
    const Datagram good = documented().at("audio: context");
    const auto float_bits = [](float value) { return bits_as<std::uint32_t>(value); };
    const float infinite = std::numeric_limits<float>::infinity();
    const struct {
        Datagram data;
        std::string reason;
    } cases[] = {
        {changed(good, 0, std::uint32_t{0x2f736965}), "not an address"},
        {changed(good, 4, std::uint32_t{0x6d656e2f}), "not an address"},
        {changed(good, 16, std::uint32_t{0x2c660000}), "not an address"},
        {changed(good, 20, std::uint32_t{31}), "are no samples"},
        {changed(good, 20, std::uint32_t{36}), "truncated"},
        {changed(good, 20, std::uint32_t{24}), "oversized"},
        {changed(good, 20, std::uint32_t{0}), "oversized"},
        {changed(good, 20, std::uint32_t{0xffffffff}), "truncated"},
        {changed(good, 32, std::uint64_t{1} << 63), "position is none"},
        {changed(good, 32, (std::uint64_t{1} << 62) + 1), "position is none"},
        {changed(good, 32, ~(std::uint64_t{1} << 62)), "position is none"},
        {changed(good, 40, std::uint32_t{1}), "belongs to no step"},
        {changed(good, 44, std::uint8_t{64}), "neither a stem"},
        {changed(good, 44, std::uint8_t{254}), "neither a stem"},
        {changed(good, 45, std::uint8_t{2}), "the format is"},
        {changed(good, 46, std::uint8_t{2}), "bits are set"},
        {changed(good, 47, std::uint8_t{1}), "bits are set"},
        {changed(good, 48, float_bits(std::numeric_limits<float>::quiet_NaN())), "not finite"},
        {changed(good, 52, float_bits(-infinite)), "not finite"},
        {changed(good, 52, float_bits(2000.0f)), "beyond"},
        {changed(good, 52, float_bits(-1000.0001f)), "beyond"},
        {Datagram(good.begin(), good.begin() + 44), "a header of 24 bytes"},
        {Datagram(), "a header of 24 bytes"},
        {Datagram(1204), "longer than any"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.reason);
        CHECK(refusal(each.data).find(each.reason) != std::string::npos);
    }
    CHECK(refusal(changed(good, 48, float_bits(-1000.0f))) == "");
    CHECK(refusal(changed(good, 32, std::uint64_t{1} << 62)) == "");
    CHECK(refusal(changed(good, 32, ~(std::uint64_t{1} << 62) + 1)) == "");
}

TEST_CASE("packets: blobs that end within the header or hold nothing are none") {
    const Datagram good = documented().at("audio: context");
    const Datagram header(good.begin(), good.begin() + 48);
    for (std::uint32_t size = 21; size <= 24; ++size)
        CHECK(refusal(changed(header, 20, size)).find("are no samples") != std::string::npos);
}

TEST_CASE("packets: padding is zeros") {
    Datagram data = documented().at("audio: a stem, sent again");
    data.back() = 1;
    CHECK(refusal(data).find("padded") != std::string::npos);
}

TEST_CASE("packets: only the address makes a datagram audio") {
    const Datagram good = documented().at("audio: context");
    CHECK(is_audio(good.data(), 16));
    CHECK_FALSE(is_audio(good.data(), 15));
    CHECK_FALSE(is_audio(nullptr, 0));
    const Datagram beat = documented().at("beat");
    CHECK_FALSE(is_audio(beat.data(), beat.size()));
}

TEST_CASE("packets: reading and writing throw nothing") {
    Packet packet;
    Byte out[max_datagram];
    CHECK(noexcept(read_packet(out, 0, packet)));
    CHECK(noexcept(write_packet(packet, out)));
}
