// Runs a Player by a script, so that it can be compared with another one: reads items of the queue
// and reads from standard input, writes what is heard to standard output, then both counters.
// Numbers are little-endian (tests/max/test_player.py writes them).
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "audio/player.hpp"

namespace {

bool read_bytes(void* to, std::size_t size) { return std::fread(to, 1, size, stdin) == size; }

template <typename T>
T next() {
    T value{};
    if (!read_bytes(&value, sizeof value)) std::exit(2);
    return value;
}

sideman::EpochKey next_key() {
    sideman::EpochKey key;
    key.session = next<std::uint32_t>();
    key.epoch = next<std::uint32_t>();
    return key;
}

sideman::Incoming next_packet() {
    sideman::Incoming item;
    item.epoch = next_key();
    item.row = next<std::int32_t>();
    item.step = next<std::int64_t>();
    item.position = next<std::int64_t>();
    item.count = next<std::int32_t>();
    if (item.count < 0 || item.count > 576) std::exit(3);
    const auto count = static_cast<std::size_t>(item.count);
    if (!read_bytes(item.samples, count * sizeof(float))) std::exit(2);
    return item;
}

sideman::Incoming next_epoch() {
    sideman::Incoming item;
    item.kind = sideman::Incoming::Kind::follow;
    item.epoch = next_key();
    item.position = next<std::int64_t>();
    item.rows = next<std::uint64_t>();
    item.placement.origin = next<std::int64_t>();
    item.placement.step = next<std::int32_t>();
    item.placement.lead = next<std::int32_t>();
    item.placement.overlap = next<std::int32_t>();
    item.placement.up = next<std::int32_t>();
    item.placement.down = next<std::int32_t>();
    return item;
}

}  // namespace

int main() {
    const int stems = next<std::int32_t>();
    const int rate = next<std::int32_t>();
    sideman::Player player(stems, rate);
    for (char what = 0; read_bytes(&what, 1);) {
        if (what == 's') {
            player.apply(next_packet());
        } else if (what == 'f') {
            player.apply(next_epoch());
        } else if (what == 'e') {
            sideman::Incoming item;
            item.kind = sideman::Incoming::Kind::stop;
            item.position = next<std::int64_t>();
            player.apply(item);
        } else if (what == 'm') {
            player.mute(next<std::int32_t>() != 0);
        } else if (what == 'r') {
            const auto position = next<std::int64_t>();
            const int count = next<std::int32_t>();
            const auto size = static_cast<std::size_t>(count);
            std::vector<float> heard(size * static_cast<std::size_t>(stems));
            std::vector<float*> rows;
            for (std::size_t row = 0; row < static_cast<std::size_t>(stems); ++row) {
                rows.push_back(heard.data() + row * size);
            }
            player.read(position, rows.data(), count);
            std::fwrite(heard.data(), sizeof(float), heard.size(), stdout);
        } else {
            return 4;
        }
    }
    const std::int64_t counters[] = {player.silent(), player.late()};
    std::fwrite(counters, sizeof counters[0], 2, stdout);
    return 0;
}
