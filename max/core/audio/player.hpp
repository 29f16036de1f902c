// What of the stems is heard: the epochs' lanes, read at the playhead. Everything here belongs to
// the audio thread, which takes what the network thread has put into a queue; so nothing is shared,
// nothing is locked, and nothing is allocated after the beginning.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "audio/placement.hpp"

namespace sideman {

// A session's number and an epoch's.
struct EpochKey {
    std::uint32_t session = 0, epoch = 0;
    bool operator==(const EpochKey& other) const noexcept {
        return session == other.session && epoch == other.epoch;
    }
};

// Beyond every position.
constexpr std::int64_t never = std::int64_t{1} << 62;

// What the network thread tells the audio thread, in its order.
struct Incoming {
    enum class Kind : std::uint8_t {
        samples,  // a packet of stems
        follow,   // another epoch takes over
        stop,     // everything ends softly at `position`
    };
    Kind kind = Kind::samples;
    EpochKey epoch;
    std::int64_t position = 0;  // samples: of the first. follow: where what was heard ends at once
                                // (a jump); `never` lets it play on until the new epoch's first
                                // sample. stop: where.
    // samples
    std::int64_t step = 0;
    int row = 0;  // of the client's own stems
    int count = 0;
    float samples[576] = {};
    // follow
    Placement placement;
    std::uint64_t rows = 0;  // bit r: row r is to come
};

// Stems by position, with the rules of sideman.runtime.client.player and runtime.streaming.lane of
// the Python client, sample for sample.
//
// Each epoch is a lane of two planes that consecutive steps take by turns: a step is a sound of its
// own that rises over the overlap and falls behind it (equal gain: g = (i + 1/2) / fade and 1 - g),
// so order, repetition and loss of packets need no special case. What is missing or late falls and
// rises in 3 ms.
class Player {
public:
    // Allocates everything. At most 64 stems.
    Player(int stems, int rate);
    ~Player();
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    // Takes one item of the queue; audio thread.
    void apply(const Incoming& incoming) noexcept;

    // Fills what is heard from a position on, at most at full scale; out[row][0..count). Counts
    // what was due and had not come. Afterwards, what lies before position + count is gone.
    void read(std::int64_t position, float* const* out, int count) noexcept;

    // Whether everything is to be silent, with a fade of 3 ms.
    void mute(bool muted) noexcept;

    std::int64_t silent() const noexcept;  // samples that were not there when they were due
    std::int64_t late() const noexcept;    // those of them that came afterwards

private:
    class Lane;
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace sideman
