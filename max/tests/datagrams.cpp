#include "datagrams.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "wire/control.hpp"
#include "wire/resends.hpp"

namespace sideman::tests {

namespace {

Datagram from_hex(const std::string& text) {
    std::string digits;
    for (const char each : text)
        if (each != ' ' && each != '\n' && each != '\r') digits += each;
    Datagram found;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        found.push_back(static_cast<Byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return found;
}

Datagram bytes(const std::string& text) { return Datagram(text.begin(), text.end()); }

Datagram packet_of(Format format, int count, std::uint8_t stem) {
    Packet packet;
    packet.session = 0x80000001u;
    packet.epoch = 0xffffffffu;
    packet.position = -max_position;
    packet.stem = stem;
    packet.step = stem == context_stem ? 0 : 77;
    packet.format = format;
    packet.count = count;
    for (int i = 0; i < count; ++i) packet.samples[i] = static_cast<float>(i % 200 - 100) / 128.0f;
    Byte out[max_datagram];
    return Datagram(out, out + write_packet(packet, out));
}

// Changes, repeats, leaves out or adds some bytes somewhere.
void damage(Datagram& data, const std::vector<Datagram>& valid, Random& random) {
    const std::size_t at = random.below(data.size() + 1);
    const std::size_t rest = data.size() - at;
    const std::size_t size = std::min(rest, 1 + random.below(8));
    const auto start = data.begin() + static_cast<std::ptrdiff_t>(at);
    const auto stop = start + static_cast<std::ptrdiff_t>(size);
    // Sizes, counts and numbers at their bounds are more often wrong than others.
    static constexpr Byte telling[] = {0x00, 0x01, 0x02, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff};
    switch (random.below(8)) {
        case 0:
            if (rest != 0) data[at] = static_cast<Byte>(data[at] ^ (1u << random.below(8)));
            break;
        case 1:
            if (rest != 0) data[at] = telling[random.below(sizeof telling)];
            break;
        case 2:
            for (auto each = start; each != stop; ++each) *each = static_cast<Byte>(random.bits());
            break;
        case 3:
            data.erase(start, data.end());
            break;
        case 4:
            data.erase(start, stop);
            break;
        case 5:
            data.insert(start, 4 * (1 + random.below(3)), static_cast<Byte>(random.below(2)));
            break;
        case 6: {
            const Datagram copied(start, stop);
            data.insert(data.begin() + static_cast<std::ptrdiff_t>(random.below(data.size() + 1)),
                        copied.begin(), copied.end());
            break;
        }
        default: {
            const Datagram& other = valid[random.below(valid.size())];
            data.erase(start, data.end());
            if (at < other.size())
                data.insert(data.end(), other.begin() + static_cast<std::ptrdiff_t>(at),
                            other.end());
        }
    }
}

}  // namespace

std::string protocol_text() {
    std::ifstream file(SIDEMAN_PROTOCOL, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || text.str().empty()) throw std::runtime_error("cannot read " SIDEMAN_PROTOCOL);
    return text.str();
}

std::map<std::string, Datagram> documented() {
    std::map<std::string, Datagram> found;
    std::istringstream text(protocol_text());
    const std::string fence = "```hex ";
    for (std::string line; std::getline(text, line);) {
        if (line.compare(0, fence.size(), fence) != 0) continue;
        std::string digits;
        for (std::string row; std::getline(text, row) && row.compare(0, 3, "```") != 0;)
            digits += row;
        const std::string name = line.substr(fence.size());
        if (!found.emplace(name, from_hex(digits)).second)
            throw std::runtime_error("two examples are called " + name);
    }
    return found;
}

std::vector<Datagram> valid_datagrams() {
    std::vector<Datagram> found;
    for (const auto& [name, data] : documented()) found.push_back(data);
    for (const auto format : {Format::float32, Format::int16}) {
        found.push_back(packet_of(format, most_samples(format), context_stem));
        found.push_back(packet_of(format, most_samples(format), 63));
        found.push_back(packet_of(format, 1, 0));
        found.push_back(packet_of(format, 64, 3));
    }
    Hello hello;
    hello.stems = "bass,\xc3\xa4,\xe2\x99\xaa,\xf0\x9f\x8e\xb8";
    hello.origin = max_position;
    found.push_back(bytes(write_control(padded(hello))));
    found.push_back(bytes(write_control(padded(hello, "gr\xc3\xb6\xc3\x9f 2"))));
    Accept accept;
    accept.host = "example.org";
    accept.port = 7001;
    accept.token = "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf";
    found.push_back(bytes(write_control(accept)));
    found.push_back(bytes(write_control(Error{std::string(3000, 'x')})));
    const std::vector<Range> holes{{-5000, -4000}, {0, 1}, {90000, 99000}};
    found.push_back(bytes(write_control(Resend{1, 2, pack(want(63, holes))})));
    return found;
}

Datagram damaged(const std::vector<Datagram>& valid, Random& random) {
    Datagram data;
    if (random.below(32) == 0) {
        data.resize(random.below(100));
        for (auto& each : data) each = static_cast<Byte>(random.bits());
        return data;
    }
    data = valid[random.below(valid.size())];
    for (std::size_t i = random.below(4); i > 0; --i) damage(data, valid, random);
    return data;
}

}  // namespace sideman::tests
