// Which bytes are characters of UTF-8, as strictly as Python decodes: no surrogates, nothing beyond
// U+10FFFF, and no character in more bytes than it needs.
#pragma once

#include <cstddef>
#include <string>

#include "wire/packet.hpp"

namespace sideman {

// Bytes of the character at `from`, of which `size` are there; 0 where none begins.
inline std::size_t character(const Byte* from, std::size_t size) noexcept {
    if (size == 0) return 0;
    const Byte lead = from[0];
    if (lead < 0x80) return 1;
    const std::size_t length = lead < 0xc2   ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || length > size) return 0;
    // Only the second byte's bounds depend on the first.
    const Byte lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const Byte highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (from[1] < lowest || from[1] > highest) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (from[i] < 0x80 || from[i] > 0xbf) return 0;
    return length;
}

inline bool is_utf8(const Byte* from, std::size_t size) noexcept {
    for (std::size_t at = 0; at < size;) {
        const std::size_t length = character(from + at, size - at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

// A text as a datagram may hold it: as many whole characters as `longest` bytes take, zeros as
// spaces, and each byte that is no character as a question mark.
inline std::string sendable(const std::string& text, std::size_t longest) {
    const auto* from = reinterpret_cast<const Byte*>(text.data());
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character(from + at, text.size() - at);
        if (found.size() + (length == 0 ? 1 : length) > longest) break;
        if (length == 0)
            found += '?';
        else if (text[at] == '\0')
            found += ' ';
        else
            found.append(text, at, length);
        at += length == 0 ? 1 : length;
    }
    return found;
}

}  // namespace sideman
