// A queue from one thread to one other, without locks; nothing is allocated after the beginning.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace sideman {

// The producer fills a slot in place and publishes it; the consumer reads it in place and gives it
// back. Slots are large, so none is copied on the way.
template <typename T>
class Queue {
public:
    explicit Queue(std::size_t capacity) : slots_(capacity + 1) {}

    // Producer: a slot to fill, or nullptr where the queue is full.
    T* begin_push() noexcept {
        const auto at = head_.load(std::memory_order_relaxed);
        return next(at) == tail_.load(std::memory_order_acquire) ? nullptr : &slots_[at];
    }
    void end_push() noexcept {
        head_.store(next(head_.load(std::memory_order_relaxed)), std::memory_order_release);
    }

    // Consumer: the oldest slot, or nullptr where there is none.
    const T* front() const noexcept {
        const auto at = tail_.load(std::memory_order_relaxed);
        return at == head_.load(std::memory_order_acquire) ? nullptr : &slots_[at];
    }
    void pop() noexcept {
        tail_.store(next(tail_.load(std::memory_order_relaxed)), std::memory_order_release);
    }

private:
    std::size_t next(std::size_t at) const noexcept { return at + 1 == slots_.size() ? 0 : at + 1; }

    std::vector<T> slots_;
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace sideman
