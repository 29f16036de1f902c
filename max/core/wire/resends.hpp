// What is asked for again: positions with a bit for every 64 samples (docs/native-protocol.md,
// "What was lost"). Network thread only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sideman {

// [first, last) in positions.
using Range = std::pair<std::int64_t, std::int64_t>;

constexpr int resend_unit = 64;         // samples of one bit
constexpr int resend_bits = 32;         // of one entry: 2,048 samples
constexpr int most_resend_entries = 8;  // of one message

struct Wanted {
    int stem = 0;
    std::int64_t position = 0;
    std::uint32_t bits = 0;

    // The ranges that it stands for, joined where they touch.
    std::vector<Range> ranges() const;
};

// Asks for some holes, the oldest first, with at most so many entries.
std::vector<Wanted> want(int stem, const std::vector<Range>& holes,
                         std::size_t most = most_resend_entries);

std::string pack(const std::vector<Wanted>& wanted);

// Reads the entries of a Resend; false where they are none, too many or nonsense.
bool unpack(const std::string& entries, std::vector<Wanted>& wanted);

}  // namespace sideman
