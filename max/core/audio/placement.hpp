// Where the steps of an epoch stand (docs/native-protocol.md, "Where steps stand").
#pragma once

#include <cstdint>

namespace sideman {

constexpr int column_samples = 4096;
constexpr int tail_samples = 1536;  // what the codec's windows overlap
constexpr int most_columns = 64;

// Plain data, so that it can be handed to the audio thread in a queue. Positions count the client's
// samples; columns and overlap are counted in the model's, of which the m-th since the origin
// stands at position origin + ceil(m * up / down).
struct Placement {
    std::int64_t origin = 0;
    int step = 1, lead = 1, overlap = 0;  // columns, columns, model samples
    int up = 1, down = 1;                 // client's rate / model's rate in lowest terms
    int wait = 0;  // positions behind a step's context that have to arrive, too

    // Whether anything can be played so; what comes from a message may make no sense.
    bool valid() const noexcept;
    std::int64_t model_step() const noexcept;   // model samples between two boundaries
    std::int64_t model_ahead() const noexcept;  // from a step's context to its first stem sample
    int step_samples() const noexcept;          // positions between two boundaries, rounded up
    int fade_samples() const noexcept;          // positions in which one step falls, one rises
    int ahead() const noexcept;  // positions from a boundary to its stems; negative in the past
    std::int64_t place(std::int64_t model_sample) const noexcept;
    std::int64_t context_end(std::int64_t number) const noexcept;
    std::int64_t boundary(std::int64_t number) const noexcept;
    std::int64_t start(std::int64_t number) const noexcept;  // first sample of a step's stems
    std::int64_t end(std::int64_t number) const noexcept;    // one past the last, overlap included
    // The last step whose stems begin at or before a position; negative before the first step.
    std::int64_t step_at(std::int64_t position) const noexcept;
};

// client rate / model rate in lowest terms; of rates below 1, nothing that is valid.
void set_rates(Placement& placement, int client_rate, int model_rate) noexcept;

// How many steps an epoch has whose context ends where `following` begins, and whether the other
// one's first step begins where the next one of this would have: then the last step falls by itself
// while the other rises. (`Lane.end_before` of the Python client.)
struct Ending {
    std::int64_t steps = 0;
    bool joins = false;
};
Ending ending_before(const Placement& placement, const Placement& following) noexcept;

}  // namespace sideman
