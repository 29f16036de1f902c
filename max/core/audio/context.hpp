// The context on its way from the audio callback to the network thread, and its history.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace sideman {

// Written by the audio thread, read by the network thread; by position, without locks. The last
// `capacity` samples are kept so that they can be sent again. A read that the writer has overtaken
// meanwhile tells so. Samples are std::atomic<float>, so overtaking is no data race, and each is
// released and acquired, which costs hardly more than fences and which tools that look for races
// understand.
class ContextRing {
public:
    explicit ContextRing(int capacity);

    // Audio thread: appends samples at `end()`.
    void write(const float* samples, int count) noexcept;

    // Any thread: one past the newest sample.
    std::int64_t end() const noexcept;
    // Any thread: the oldest sample that is surely kept for the next moments.
    std::int64_t start() const noexcept;
    // Network thread: copies [position, position + count); false where it is not, or no longer, all
    // there. What is not finite becomes 0, what is beyond max_amplitude is limited to it.
    bool read(std::int64_t position, float* out, int count) const noexcept;

private:
    std::vector<std::atomic<float>> samples_;
    std::atomic<std::int64_t> end_{0};
    std::atomic<std::int64_t> writing_{0};  // one past what a write in progress will have written
};

}  // namespace sideman
