// Any bytes are read or refused, and what is read is written as the same bytes again.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "wire/control.hpp"
#include "wire/packet.hpp"
#include "wire/resends.hpp"

namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sideman;
    static Packet packet;
    if (read_packet(data, size, packet) == nullptr) {
        Byte out[max_datagram];
        require(is_audio(data, size), "a packet is audio");
        require(write_packet(packet, out) == size && std::memcmp(out, data, size) == 0,
                "a packet is written as it was read");
    }
    Control control;
    if (read_control(data, size, control).empty()) {
        const std::string out = write_control(control);
        require(out.size() == size && std::memcmp(out.data(), data, size) == 0,
                "a message is written as it was read");
        std::vector<Wanted> wanted;
        const auto* resend = std::get_if<Resend>(&control);
        if (resend != nullptr && unpack(resend->entries, wanted)) {
            std::vector<Wanted> again;
            require(unpack(pack(wanted), again) && again.size() == wanted.size(),
                    "entries are read as they were packed");
            for (const auto& each : wanted)
                for (const auto& [start, end] : each.ranges())
                    require(start < end, "ranges are not empty");
        }
    }
    return 0;
}
