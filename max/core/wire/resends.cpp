#include "wire/resends.hpp"

#include "wire/bytes.hpp"

namespace sideman {

namespace {

constexpr std::size_t entry_size = 16;  // position, bits, stem and three zeros
constexpr std::int64_t span = std::int64_t{resend_bits} * resend_unit;

}  // namespace

std::vector<Range> Wanted::ranges() const {
    std::vector<Range> found;
    for (int i = 0; i < resend_bits; ++i) {
        if ((bits >> i & 1) == 0) continue;
        const std::int64_t start = position + i * resend_unit;
        if (!found.empty() && found.back().second == start)
            found.back().second += resend_unit;
        else
            found.emplace_back(start, start + resend_unit);
    }
    return found;
}

std::vector<Wanted> want(int stem, const std::vector<Range>& holes, std::size_t most) {
    std::vector<Wanted> found;
    for (const auto& [start, end] : holes) {
        for (std::int64_t at = start; at < end;) {
            // A hole that lies before the last one, which is not asked for, gets an entry of its
            // own.
            if (found.empty() || at < found.back().position || at >= found.back().position + span) {
                if (found.size() == most) return found;
                found.push_back({stem, at, 0});
            }
            Wanted& last = found.back();
            const auto bit = (at - last.position) / resend_unit;
            last.bits |= std::uint32_t{1} << bit;
            at = last.position + (bit + 1) * resend_unit;
        }
    }
    return found;
}

std::string pack(const std::vector<Wanted>& wanted) {
    std::string entries;
    for (const auto& each : wanted) {
        Byte entry[entry_size] = {};
        store(entry, bits_as<std::uint64_t>(each.position));
        store(entry + 8, each.bits);
        entry[12] = static_cast<Byte>(each.stem);
        entries.append(reinterpret_cast<const char*>(entry), sizeof entry);
    }
    return entries;
}

bool unpack(const std::string& entries, std::vector<Wanted>& wanted) {
    const std::size_t count = entries.size() / entry_size;
    if (entries.size() % entry_size != 0 || count < 1 || count > most_resend_entries) return false;
    std::vector<Wanted> found;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* entry = reinterpret_cast<const Byte*>(entries.data()) + i * entry_size;
        const Wanted each{entry[12], bits_as<std::int64_t>(load<std::uint64_t>(entry)),
                          load<std::uint32_t>(entry + 8)};
        if (each.bits == 0 || !is_position(each.position) || !is_stem(each.stem)) return false;
        found.push_back(each);
    }
    wanted = std::move(found);
    return true;
}

}  // namespace sideman
