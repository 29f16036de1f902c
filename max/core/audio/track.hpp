// Samples of one stem by position, and what became of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sideman {

// Positions are grouped by 64, so that "all of them came" is one comparison.
constexpr int chunk_samples = 64;

// Chunk of a position, rounded down for negative ones, too.
constexpr std::int64_t chunk_of(std::int64_t position) noexcept {
    return position / chunk_samples - (position % chunk_samples < 0 ? 1 : 0);
}

// Bits of those positions of [first, last) that lie in a chunk.
std::uint64_t bits_within(std::int64_t chunk, std::int64_t first, std::int64_t last) noexcept;

// One of the two planes of a stem. A chunk's place is used again for one that lies farther ahead,
// and by another epoch; each says whose it is, so nothing has to be cleared to be forgotten.
class Track {
public:
    // `ahead`: positions that samples are kept of. `behind`: those before them of which it is still
    // known what had not come.
    Track(int ahead, int behind);

    // Forgets everything.
    void clear() noexcept { ++generation_; }
    // Which samples of a chunk have come.
    std::uint64_t written(std::int64_t chunk) const noexcept;
    // Keeps [first, last) of what begins at `samples`; what has come before stays as it is.
    void write(std::int64_t first, std::int64_t last, const float* samples) noexcept;
    // Says of what in [first, last) has not come that it was due; returns how much that is.
    std::int64_t mark_silent(std::int64_t first, std::int64_t last) noexcept;
    // Takes that back for what has come at last; returns how much that is.
    std::int64_t take_late(std::int64_t first, std::int64_t last) noexcept;
    // Adds [position, position + count) to `out`, times `gain` where there is one. there[0..]:
    // which samples are to be heard, from the position's chunk on.
    void add(std::int64_t position, int count, const std::uint64_t* there, const float* gain,
             float* out) const noexcept;

private:
    struct Chunk {
        std::int64_t number = 0;
        std::uint32_t generation = 0;  // that of a track begins at 1
        std::uint64_t written = 0, silent = 0;
    };

    bool holds(const Chunk& place, std::int64_t chunk) const noexcept {
        return place.number == chunk && place.generation == generation_;
    }
    std::size_t index(std::int64_t chunk) const noexcept;
    Chunk& claim(std::int64_t chunk) noexcept;
    std::size_t sample_index(std::int64_t chunk) const noexcept;

    std::vector<float> samples_;  // as they came: valid where `written` says so
    std::vector<Chunk> chunks_;
    std::uint32_t generation_ = 1;
};

}  // namespace sideman
