// What the audio thread and the network thread of one client share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "audio/context.hpp"
#include "audio/player.hpp"
#include "audio/queue.hpp"

namespace sideman {

// Seconds of the context that can be sent again: a model's window, and a little.
constexpr int history_seconds = 7;
// Packets of stems on their way to the audio thread. A server sends at most 60 in 5 ms, and the
// audio thread takes them block by block.
constexpr std::size_t most_incoming = 2048;

// Rows that are filled: as many as the bits that tell which of them play.
constexpr std::size_t most_rows = 64;

// The audio thread alone moves the position on.
struct Shared {
    Shared(const std::vector<std::string>& names, int sample_rate)
        : rows(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(
                                                 std::min(names.size(), most_rows))),
          rate(sample_rate),
          context(history_seconds * sample_rate),
          incoming(most_incoming) {}

    const std::vector<std::string> rows;  // names of the stems that are filled
    const int rate;                       // of the sound card, in Hz
    ContextRing context;
    Queue<Incoming> incoming;                 // from the network thread to the audio thread
    std::atomic<std::int64_t> position{0};    // of the next sample that the sound card will play
    std::atomic<int> latency{0};              // samples by which stems are read ahead of that
    std::atomic<int> block{0};                // samples of the last block
    std::atomic<bool> muted{false};
    std::atomic<std::int64_t> silent{0};      // as Player::silent, after the last block
    std::atomic<std::int64_t> late{0};        // as Player::late

    // Position of the next sample of stems that is read.
    std::int64_t playhead() const noexcept {
        return position.load(std::memory_order_acquire) + latency.load(std::memory_order_relaxed);
    }
};

}  // namespace sideman
