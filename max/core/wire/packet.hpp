// Audio packets of the native protocol (docs/native-protocol.md, "Audio").
#pragma once

#include <cstddef>
#include <cstdint>

namespace sideman {

using Byte = std::uint8_t;

// IPv6 lets every path carry 1,280 bytes, of which headers take 48.
constexpr std::size_t max_datagram = 1200;
constexpr int context_stem = 255;
constexpr int most_stems = 64;
// Beyond it no sample position is read.
constexpr std::int64_t max_position = std::int64_t{1} << 62;
constexpr float max_amplitude = 1000.0f;

enum class Format : std::uint8_t { float32 = 0, int16 = 1 };

// Samples that one packet holds at the most.
constexpr int most_samples(Format format) { return format == Format::float32 ? 288 : 576; }

struct Packet {
    std::uint32_t session = 0;   // whose audio this is
    std::uint32_t epoch = 0;     // since which begin or change positions count
    std::int64_t position = 0;   // of the first sample, in samples of the client's sound card
    std::uint32_t step = 0;      // which cycle made a stem's samples; 0 for the context
    std::uint8_t stem = context_stem;  // index among the model's stems, or context_stem
    Format format = Format::float32;   // how the samples stand in the datagram
    bool again = false;                // whether it was sent on request
    int count = 0;                     // samples
    float samples[576] = {};           // full scale is 1
};

// Whether a datagram is addressed as audio; nothing else of it is checked.
bool is_audio(const Byte* data, std::size_t size) noexcept;

// Reads one datagram. Returns nullptr, or what is wrong with it as a sentence; `packet` is then
// undefined. Allocates nothing.
const char* read_packet(const Byte* data, std::size_t size, Packet& packet) noexcept;

// Writes the datagram of a packet; returns its bytes, or 0 for a count that no packet holds.
// In int16, samples are rounded to the nearest of 65,536 values and limited to full scale.
std::size_t write_packet(const Packet& packet, Byte (&out)[max_datagram]) noexcept;

}  // namespace sideman
