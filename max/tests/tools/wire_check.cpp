// Reads datagrams from standard input, each behind its size in four bytes, and writes a byte for
// each: 1 where it is an audio packet, 2 where it is a control message, and 4 more where it is a
// resend whose entries make sense.
#include <cstdio>
#include <string>
#include <vector>

#include "wire/bytes.hpp"
#include "wire/control.hpp"
#include "wire/packet.hpp"
#include "wire/resends.hpp"

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

int main() {
    using namespace sideman;
#ifdef _WIN32
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    constexpr std::size_t longest = 65536;
    Byte prefix[4];
    while (std::fread(prefix, 1, sizeof prefix, stdin) == sizeof prefix) {
        const auto size = load<std::uint32_t>(prefix);
        if (size > longest) return 1;
        // Of exactly this size, so that a sanitizer notices every byte that is read beyond it.
        std::vector<Byte> data(size);
        if (std::fread(data.data(), 1, size, stdin) != size) return 1;
        int verdict = 0;
        Packet packet;
        if (read_packet(data.data(), size, packet) == nullptr) verdict |= 1;
        Control control;
        if (read_control(data.data(), size, control).empty()) {
            verdict |= 2;
            std::vector<Wanted> wanted;
            const auto* resend = std::get_if<Resend>(&control);
            if (resend != nullptr && unpack(resend->entries, wanted)) verdict |= 4;
        }
        std::putchar(verdict);
    }
    return 0;
}
