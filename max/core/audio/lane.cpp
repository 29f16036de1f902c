#include "audio/lane.hpp"

#include <algorithm>
#include <limits>

namespace sideman {

namespace {

// Of stems that lie ahead of the playhead: the longest lead and step take 6 s.
constexpr int ahead_seconds = 8;
// Of stems that have been played, in which what comes late is recognized.
constexpr int behind_seconds = 2;
// Beside what is missing.
constexpr double ramp_seconds = 0.003;

}  // namespace

Player::Lane::Lane(int stems, int rate)
    : stems_(stems),
      ramp_(std::max(1, static_cast<int>(ramp_seconds * rate))),
      ahead_(ahead_seconds * rate),
      behind_(behind_seconds * rate),
      gains_(static_cast<std::size_t>(stems) * planes),
      gain_(most_samples) {
    tracks_.reserve(gains_.size());
    for (std::size_t i = 0; i < gains_.size(); ++i) tracks_.emplace_back(ahead_, behind_);
    const auto words = static_cast<std::size_t>((most_samples + ramp_) / chunk_samples) + 2;
    due_.resize(words * planes);
    kept_.resize(words);
    there_.resize(words);
}

void Player::Lane::begin(const EpochKey& epoch, const Placement& placement,
                         std::uint64_t rows) noexcept {
    for (Track& each : tracks_) each.clear();
    std::fill(gains_.begin(), gains_.end(), 1.0f);
    epoch_ = epoch;
    placement_ = placement;
    rows_ = rows;
    start_ = placement.start(0);
    until_ = steps_ = never;
    fade_ = placement.fade_samples();
}

std::int64_t Player::Lane::write(const Incoming& packet) noexcept {
    // Bounds that keep sums inside 64 bits, too: nothing is kept beyond them.
    if (packet.row < 0 || packet.row >= stems_ || packet.step < 0 ||
        packet.step > std::numeric_limits<std::uint32_t>::max()) {
        return 0;
    }
    const int count = std::clamp(packet.count, 0, static_cast<int>(std::size(packet.samples)));
    if (packet.position >= start_ + ahead_ || packet.position < start_ - behind_ - count) return 0;
    const auto first = std::max(packet.position, placement_.start(packet.step));
    const auto last = std::min(packet.position + count, placement_.end(packet.step));
    if (first >= last) return 0;
    Track& to = track(packet.row, static_cast<int>(packet.step % planes));
    const auto late = to.take_late(std::max(first, start_ - behind_), std::min(last, start_));
    const auto low = std::max(first, start_);
    const auto high = std::min(last, start_ + ahead_);
    if (low >= high) return late;
    float part[std::size(Incoming{}.samples)];
    std::copy(packet.samples + (low - packet.position), packet.samples + (high - packet.position),
              part);
    fade(part, low, high, placement_.start(packet.step), true);
    fade(part, low, high, placement_.start(packet.step + 1), false);
    to.write(low, high, part);
    return late;
}

// Lets samples of [low, high) rise or fall from position `at` on.
void Player::Lane::fade(float* part, std::int64_t low, std::int64_t high, std::int64_t at,
                        bool rising) const noexcept {
    const auto last = std::min(high, at + fade_);
    for (auto position = std::max(low, at); position < last; ++position) {
        const auto i = static_cast<double>(position - at);
        const auto rise = static_cast<float>((i + 0.5) / fade_);
        part[position - low] *= rising ? rise : 1 - rise;
    }
}

bool Player::Lane::end_before(const Placement& following) noexcept {
    const Ending ending = ending_before(placement_, following);
    steps_ = ending.steps;
    return ending.joins;
}

void Player::Lane::stop(std::int64_t at) noexcept { until_ = std::min(until_, at); }

void Player::Lane::add(std::int64_t position, int count, float* const* out, int offset) noexcept {
    find_due(position, count);
    const auto last = position + count;
    for (int row = 0; row < stems_; ++row) {
        float part[most_samples] = {};
        for (int plane = 0; plane < planes; ++plane) {
            const float* gains = soften(row, plane, position, count);
            track(row, plane).add(position, count, there_.data(), gains, part);
        }
        for (auto at = std::max(position, until_); at < last; ++at) {
            const double gone = static_cast<double>(at - until_) + 0.5;
            const double left = at - until_ < fade_ ? 1 - gone / fade_ : 0;
            part[at - position] *= static_cast<float>(left);
        }
        float* to = out[row] + offset;
        for (int i = 0; i < count; ++i) to[i] += part[i];
    }
}

// Which samples, and which of the ramp's length behind them, are kept and due; for all stems.
void Player::Lane::find_due(std::int64_t position, int count) noexcept {
    const auto chunk = chunk_of(position);
    const auto last = position + count + ramp_;
    const auto words = static_cast<std::int64_t>(kept_.size());
    for (std::int64_t i = 0; i < words; ++i) {
        kept_[static_cast<std::size_t>(i)] =
            bits_within(chunk + i, std::max(position, start_), last);
    }
    std::fill(due_.begin(), due_.end(), 0);
    // A position belongs to the step that rose last and to the one before, which may still fall.
    const auto first_step = std::max<std::int64_t>(0, placement_.step_at(position) - 1);
    for (auto step = first_step; step < steps_; ++step) {
        const auto low = std::max(position, placement_.start(step));
        const auto high = std::min(last, placement_.end(step));
        if (low >= last) break;
        if (low >= high) continue;
        auto* due = due_.data() + (step % planes) * words;
        for (auto at = chunk_of(low); at * chunk_samples < high; ++at) {
            due[at - chunk] |= bits_within(at, low, high);
        }
    }
}

// Gains of a track's samples, or nullptr where all are 1. Beside what is missing they fall and
// rise. What comes too late is missing, too: the gain rises from where it was, whatever has been
// written since. A ramp's length beyond the block is looked at, so that sound falls before a hole
// that begins there. Leaves in `there_` what there is.
const float* Player::Lane::soften(int row, int plane, std::int64_t position, int count) noexcept {
    const auto chunk = chunk_of(position);
    const auto words = kept_.size();
    const Track& from = track(row, plane);
    const auto* due = due_.data() + static_cast<std::size_t>(plane) * words;
    std::uint64_t any = 0;
    const auto within = static_cast<std::size_t>(chunk_of(position + count + ramp_ - 1) - chunk);
    for (std::size_t i = 0; i <= within; ++i) {
        there_[i] = from.written(chunk + static_cast<std::int64_t>(i)) & kept_[i];
        any |= due[i] & ~there_[i];
    }
    float& level = gain(row, plane);
    if (!any && level == 1.0f) return nullptr;

    const auto into = static_cast<std::size_t>(position - chunk * chunk_samples);
    const auto missing = [&](int i) {
        const auto at = into + static_cast<std::size_t>(i);
        const auto word = at / chunk_samples;
        return ((due[word] & ~there_[word]) >> (at % chunk_samples)) & 1;
    };
    const auto ramp = static_cast<float>(ramp_);
    int next = count;
    while (next < count + ramp_ && !missing(next)) ++next;
    if (next == count + ramp_) next += ramp_;  // none near enough to matter
    for (int i = count - 1; i >= 0; --i) {
        if (missing(i)) next = i;
        gain_[static_cast<std::size_t>(i)] = static_cast<float>(next - i);
    }
    float newest = -1 - level * ramp;  // as if so much of the rise had passed
    for (int i = 0; i < count; ++i) {
        if (missing(i)) newest = static_cast<float>(i);
        float& each = gain_[static_cast<std::size_t>(i)];
        each = std::min(1.0f, std::min(static_cast<float>(i) - newest, each) / ramp);
    }
    level = gain_[static_cast<std::size_t>(count - 1)];
    return gain_.data();
}

std::int64_t Player::Lane::forget(std::int64_t before) noexcept {
    if (before <= start_) return 0;
    std::int64_t silent = 0;
    // What was never to be heard is not missing.
    const auto last = std::min({before, start_ + ahead_, until_});
    const auto first_step = std::max<std::int64_t>(0, placement_.step_at(start_));
    for (auto step = first_step; step < steps_; ++step) {
        const auto first = std::max(start_, placement_.start(step));
        const auto end = std::min(last, placement_.start(step + 1));
        if (first >= end) break;
        for (int row = 0; row < stems_; ++row) {
            if (!((rows_ >> row) & 1)) continue;
            silent += track(row, static_cast<int>(step % planes)).mark_silent(first, end);
        }
    }
    start_ = before;
    return silent;
}

}  // namespace sideman
