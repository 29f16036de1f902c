// A factor that moves without clicks.
#pragma once

#include <algorithm>

namespace sideman {

// Goes to each new target in a straight line, one step a sample. Audio thread only.
class Gain {
public:
    // The factors of the next `count` samples; `ramp` samples take it from target to target.
    void fill(float* factors, int count, float target, int ramp) noexcept {
        if (target != target_) {
            target_ = target;
            left_ = std::max(1, ramp);
            step_ = (target - level_) / static_cast<float>(left_);
        }
        for (int i = 0; i < count; ++i) {
            if (left_ > 0) level_ = --left_ == 0 ? target_ : level_ + step_;
            factors[i] = level_;
        }
    }

    bool closed() const noexcept { return level_ == 0 && target_ == 0; }

private:
    float level_ = 0, target_ = 0, step_ = 0;
    int left_ = 0;
};

}  // namespace sideman
