// Numbers as datagrams have them: big-endian, at any address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "wire/packet.hpp"

namespace sideman {

// The smallest multiple of four that is not less than `size`.
constexpr std::uint64_t pad4(std::uint64_t size) noexcept { return (size + 3) & ~std::uint64_t{3}; }

// The same bits as another type: how a number's sign and a float are read without undefined
// behaviour.
template <typename To, typename From>
To bits_as(From from) noexcept {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}

// Byte by byte, so that neither alignment nor the machine's own order matters; compilers make one
// instruction of it.
template <typename Unsigned>
Unsigned load(const Byte* from) noexcept {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = static_cast<Unsigned>(value << 8 | from[i]);
    return value;
}

template <typename Unsigned>
void store(Byte* to, Unsigned value) noexcept {
    for (std::size_t i = 0; i < sizeof value; ++i)
        to[i] = static_cast<Byte>(value >> 8 * (sizeof value - 1 - i));
}

inline bool all_zero(const Byte* from, std::size_t size) noexcept {
    for (std::size_t i = 0; i < size; ++i)
        if (from[i] != 0) return false;
    return true;
}

// Not std::abs, which the smallest of all numbers has no value of.
constexpr bool is_position(std::int64_t value) noexcept {
    return value >= -max_position && value <= max_position;
}

constexpr bool is_stem(int stem) noexcept {
    return (stem >= 0 && stem < most_stems) || stem == context_stem;
}

}  // namespace sideman
