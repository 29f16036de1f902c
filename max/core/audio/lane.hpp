// The stems of one epoch on their way to the sound card: overlapping steps, faded once.
#pragma once

#include <cstdint>
#include <vector>

#include "audio/placement.hpp"
#include "audio/player.hpp"
#include "audio/track.hpp"

namespace sideman {

// Steps are kept in two planes by turns, so that each is a sound of its own, which begins and ends
// in silence, and their order and repetition do not matter.
class Player::Lane {
public:
    // Samples that `add` takes at the most.
    static constexpr int most_samples = 128;

    Lane(int stems, int rate);

    // Becomes another epoch's.
    void begin(const EpochKey& epoch, const Placement& placement, std::uint64_t rows) noexcept;
    const EpochKey& epoch() const noexcept { return epoch_; }
    // First sample that is kept; at the beginning, that of the first step.
    std::int64_t start() const noexcept { return start_; }

    // Takes a packet; returns how many of its samples had been due before.
    std::int64_t write(const Incoming& packet) noexcept;
    // Lets no step follow those whose context lies before another epoch's origin; returns whether
    // the other one's first step takes the place of the next one.
    bool end_before(const Placement& following) noexcept;
    // Whether it has a step at all: one that another has replaced before its first has none.
    bool sounds() const noexcept { return steps_ > 0; }
    // Ends softly at a position.
    void stop(std::int64_t at) noexcept;
    // Whether anything is to be heard from a position on.
    bool plays(std::int64_t position) const noexcept { return position < until_ + fade_; }
    // Adds what is heard to out[row][offset...].
    void add(std::int64_t position, int count, float* const* out, int offset) noexcept;
    // What lies before a position has been played; returns how much of it had not come.
    std::int64_t forget(std::int64_t before) noexcept;

private:
    static constexpr int planes = 2;

    Track& track(int row, int plane) noexcept {
        return tracks_[static_cast<std::size_t>(row * planes + plane)];
    }
    float& gain(int row, int plane) noexcept {
        return gains_[static_cast<std::size_t>(row * planes + plane)];
    }
    void fade(float* part, std::int64_t low, std::int64_t high, std::int64_t at,
              bool rising) const noexcept;
    void find_due(std::int64_t position, int count) noexcept;
    const float* soften(int row, int plane, std::int64_t position, int count) noexcept;

    int stems_, ramp_, ahead_, behind_;
    std::vector<Track> tracks_;   // two planes of each stem
    std::vector<float> gains_;    // of each track: that of the sample before the next one
    // Bits of what is read and of a ramp's length behind it, a word for each chunk.
    std::vector<std::uint64_t> due_;    // of each plane: where a step of it should sound
    std::vector<std::uint64_t> kept_;   // what is not yet forgotten
    std::vector<std::uint64_t> there_;  // of one track: what is kept and has come
    std::vector<float> gain_;           // of one track, a number for each sample

    EpochKey epoch_;
    Placement placement_;
    std::uint64_t rows_ = 0;
    std::int64_t start_ = 0, until_ = 0, steps_ = never;
    int fade_ = 0;
};

}  // namespace sideman
