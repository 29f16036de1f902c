#include "wire/packet.hpp"

#include <cmath>
#include <cstring>

#include "wire/bytes.hpp"

namespace sideman {

namespace {

constexpr char prefix[] = "/sideman/audio\0\0,b\0";  // and the zero that ends every literal
constexpr std::size_t address_size = 16;
constexpr std::size_t size_at = 20;  // the blob's size, which the blob follows
constexpr std::size_t blob_at = 24;
constexpr std::size_t position_at = 32;
constexpr std::size_t step_at = 40;
constexpr std::size_t flags_at = 44;  // four bytes: stem, format, again, 0
constexpr std::size_t audio_at = 48;
constexpr std::size_t header_size = audio_at - blob_at;
constexpr float full_scale = 32768.0f;

static_assert(sizeof prefix == size_at);
static_assert(audio_at + 4 * most_samples(Format::float32) == max_datagram);
static_assert(audio_at + 2 * most_samples(Format::int16) == max_datagram);
static_assert(sizeof(Packet::samples) / sizeof(float) == most_samples(Format::int16));

constexpr std::size_t width(Format format) noexcept { return format == Format::float32 ? 4 : 2; }

// The nearest of 65,536 values; of two that are as near, the even one. What is no number is
// silence: turning it into an integer would be undefined.
std::int16_t nearest(float sample) noexcept {
    const float scaled = std::nearbyint(sample * full_scale);
    if (scaled >= 32767.0f) return 32767;
    if (scaled <= -32768.0f) return -32768;
    return std::isnan(scaled) ? std::int16_t{0} : static_cast<std::int16_t>(scaled);
}

}  // namespace

bool is_audio(const Byte* data, std::size_t size) noexcept {
    return size >= address_size && std::memcmp(data, prefix, address_size) == 0;
}

const char* read_packet(const Byte* data, std::size_t size, Packet& packet) noexcept {
    if (size > max_datagram) return "Audio packet: longer than any datagram.";
    if (size < audio_at || std::memcmp(data, prefix, sizeof prefix) != 0)
        return "Audio packet: not an address, ,b and a header of 24 bytes.";
    const auto blob = load<std::uint32_t>(data + size_at);
    const std::uint64_t whole = blob_at + pad4(blob);
    if (size < whole) return "Audio packet: truncated.";
    if (size > whole) return "Audio packet: oversized.";

    const auto position = bits_as<std::int64_t>(load<std::uint64_t>(data + position_at));
    const auto step = load<std::uint32_t>(data + step_at);
    const Byte stem = data[flags_at], format = data[flags_at + 1], again = data[flags_at + 2];
    if (format > 1) return "Audio packet: the format is neither 0 (float32) nor 1 (int16).";
    if (again > 1 || data[flags_at + 3] != 0)
        return "Audio packet: bits are set that this version does not know.";
    if (!is_stem(stem)) return "Audio packet: neither a stem nor 255, the context.";
    if (stem == context_stem && step != 0) return "Audio packet: the context belongs to no step.";
    if (!is_position(position)) return "Audio packet: the position is none.";
    packet.format = static_cast<Format>(format);
    const std::size_t bytes = width(packet.format);
    if (blob < header_size + bytes || (blob - header_size) % bytes != 0)
        return "Audio packet: its bytes are no samples of this format.";
    const std::size_t count = (blob - header_size) / bytes;
    const std::size_t end = audio_at + count * bytes;
    if (!all_zero(data + end, size - end)) return "Audio packet: not padded with zeros.";

    const Byte* from = data + audio_at;
    for (std::size_t i = 0; i < count; ++i, from += bytes) {
        if (packet.format == Format::int16) {
            packet.samples[i] = bits_as<std::int16_t>(load<std::uint16_t>(from)) / full_scale;
            continue;
        }
        const auto sample = bits_as<float>(load<std::uint32_t>(from));
        // Nothing compares with what is no number, so that is refused, too.
        if (!(sample >= -max_amplitude && sample <= max_amplitude))
            return "Audio packet: samples that are not finite or beyond 1000.";
        packet.samples[i] = sample;
    }
    packet.session = load<std::uint32_t>(data + blob_at);
    packet.epoch = load<std::uint32_t>(data + blob_at + 4);
    packet.position = position;
    packet.step = step;
    packet.stem = stem;
    packet.again = again != 0;
    packet.count = static_cast<int>(count);
    return nullptr;
}

std::size_t write_packet(const Packet& packet, Byte (&out)[max_datagram]) noexcept {
    if (packet.count < 1 || packet.count > most_samples(packet.format)) return 0;
    const auto count = static_cast<std::size_t>(packet.count);
    const std::size_t bytes = width(packet.format);
    std::memcpy(out, prefix, sizeof prefix);
    store(out + size_at, static_cast<std::uint32_t>(header_size + count * bytes));
    store(out + blob_at, packet.session);
    store(out + blob_at + 4, packet.epoch);
    store(out + position_at, bits_as<std::uint64_t>(packet.position));
    store(out + step_at, packet.step);
    out[flags_at] = packet.stem;
    out[flags_at + 1] = static_cast<Byte>(packet.format);
    out[flags_at + 2] = packet.again ? 1 : 0;
    out[flags_at + 3] = 0;
    Byte* to = out + audio_at;
    for (std::size_t i = 0; i < count; ++i, to += bytes) {
        if (packet.format == Format::int16)
            store(to, bits_as<std::uint16_t>(nearest(packet.samples[i])));
        else
            store(to, bits_as<std::uint32_t>(packet.samples[i]));
    }
    const auto size = static_cast<std::size_t>(pad4(audio_at + count * bytes));
    std::memset(to, 0, size - (audio_at + count * bytes));
    return size;
}

}  // namespace sideman
