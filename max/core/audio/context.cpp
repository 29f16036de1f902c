#include "audio/context.hpp"

#include <algorithm>
#include <cmath>

#include "wire/packet.hpp"

namespace sideman {

namespace {

// Samples beyond the capacity, so that what `start()` names outlives the next blocks.
constexpr std::size_t slack = 8192;

float as_audio(float sample) noexcept {
    return std::isfinite(sample) ? std::clamp(sample, -max_amplitude, max_amplitude) : 0.0f;
}

}  // namespace

ContextRing::ContextRing(int capacity)
    : samples_(static_cast<std::size_t>(std::max(capacity, 1)) + slack) {}

void ContextRing::write(const float* samples, int count) noexcept {
    const auto first = end_.load(std::memory_order_relaxed);
    const auto last = first + std::max(count, 0);
    const auto size = static_cast<std::int64_t>(samples_.size());
    // Whoever acquires a sample that is released below also sees what is announced here.
    writing_.store(last, std::memory_order_relaxed);
    auto from = std::max(first, last - size);  // of a block longer than the ring its end is kept
    auto at = static_cast<std::size_t>(from % size);
    for (; from < last; ++from) {
        samples_[at].store(samples[from - first], std::memory_order_release);
        if (++at == samples_.size()) at = 0;
    }
    end_.store(last, std::memory_order_release);
}

std::int64_t ContextRing::end() const noexcept { return end_.load(std::memory_order_acquire); }

std::int64_t ContextRing::start() const noexcept {
    const auto capacity = static_cast<std::int64_t>(samples_.size() - slack);
    return std::max<std::int64_t>(0, end() - capacity);
}

bool ContextRing::read(std::int64_t position, float* out, int count) const noexcept {
    const auto size = static_cast<std::int64_t>(samples_.size());
    const auto newest = end();
    if (count < 0 || position < 0 || position > newest || count > newest - position ||
        position < newest - size) {
        return false;
    }
    auto at = static_cast<std::size_t>(position % size);
    for (int i = 0; i < count; ++i) {
        out[i] = as_audio(samples_[at].load(std::memory_order_acquire));
        if (++at == samples_.size()) at = 0;
    }
    // If a sample was overwritten before it was read, the writer's announcement is seen here.
    return position >= writing_.load(std::memory_order_relaxed) - size;
}

}  // namespace sideman
