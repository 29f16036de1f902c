#include "audio/placement.hpp"

#include <numeric>

namespace sideman {

namespace {

// Rates stand to 44,100 Hz as two numbers of at most 640. This bound, and those of origins and step
// numbers, keep every product here inside 64 bits.
constexpr int most_ratio = 4096;
constexpr std::int64_t farthest_origin = std::int64_t{1} << 48;

// Division towards minus infinity, for divisors above 0; C++ divides towards 0.
constexpr std::int64_t floor_div(std::int64_t value, std::int64_t divisor) noexcept {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

constexpr std::int64_t ceil_div(std::int64_t value, std::int64_t divisor) noexcept {
    return -floor_div(-value, divisor);
}

}  // namespace

bool Placement::valid() const noexcept {
    return 1 <= step && step <= most_columns && 1 <= lead && lead <= most_columns &&
           1 <= up && up <= most_ratio && 1 <= down && down <= most_ratio && 0 <= overlap &&
           overlap <= model_step() && 0 <= wait && wait <= step_samples() &&
           -farthest_origin <= origin && origin <= farthest_origin;
}

std::int64_t Placement::model_step() const noexcept { return std::int64_t{step} * column_samples; }

std::int64_t Placement::model_ahead() const noexcept {
    return std::int64_t{lead} * column_samples - tail_samples - overlap;
}

int Placement::step_samples() const noexcept {
    return static_cast<int>(ceil_div(model_step() * up, down));
}

int Placement::fade_samples() const noexcept {
    return static_cast<int>(floor_div(std::int64_t{overlap} * up, down));
}

int Placement::ahead() const noexcept {
    return static_cast<int>(floor_div(model_ahead() * up, down)) - wait;
}

std::int64_t Placement::place(std::int64_t model_sample) const noexcept {
    return origin + ceil_div(model_sample * up, down);
}

std::int64_t Placement::context_end(std::int64_t number) const noexcept {
    return place((number + 1) * model_step());
}

std::int64_t Placement::boundary(std::int64_t number) const noexcept {
    return context_end(number) + wait;
}

std::int64_t Placement::start(std::int64_t number) const noexcept {
    return place((number + 1) * model_step() + model_ahead());
}

std::int64_t Placement::end(std::int64_t number) const noexcept {
    return start(number + 1) + fade_samples();
}

std::int64_t Placement::step_at(std::int64_t position) const noexcept {
    // position >= origin + ceil(x / down) is the same as (position - origin) * down >= x.
    const auto first = (model_step() + model_ahead()) * up;
    return floor_div((position - origin) * down - first, model_step() * up);
}

void set_rates(Placement& placement, int client_rate, int model_rate) noexcept {
    if (client_rate < 1 || model_rate < 1) {
        placement.up = placement.down = 0;  // which is not valid
        return;
    }
    const int divisor = std::gcd(client_rate, model_rate);
    placement.up = client_rate / divisor;
    placement.down = model_rate / divisor;
}

Ending ending_before(const Placement& placement, const Placement& following) noexcept {
    const auto length = placement.model_step() * placement.up;
    const auto since = (following.origin - placement.origin) * placement.down;
    Ending ending;
    const auto steps = floor_div(since + length / 2, length);
    ending.steps = steps > 0 ? steps : 0;
    const auto apart = placement.start(ending.steps) - following.start(0);
    // At another rate than the model's, one position beside it is as good: the ramps are a sample
    // apart.
    const int allowed = placement.up == placement.down ? 0 : 1;
    ending.joins = ending.steps > 0 && -allowed <= apart && apart <= allowed;
    return ending;
}

}  // namespace sideman
