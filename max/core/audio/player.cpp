#include "audio/player.hpp"

#include <algorithm>

#include "audio/lane.hpp"

namespace sideman {

namespace {

// As many epochs are heard at a time at the most: one that ends, one that plays, one to come.
constexpr std::size_t most_lanes = 3;
constexpr int most_stems_heard = 64;
constexpr double mute_seconds = 0.003;

}  // namespace

struct Player::Parts {
    Parts(int stems_wanted, int rate)
        : stems(std::clamp(stems_wanted, 0, most_stems_heard)),
          ramp(std::max(1, static_cast<int>(mute_seconds * rate))),
          level(1) {
        lanes.reserve(most_lanes);  // made in their places: copies would cost milliseconds
        for (std::size_t i = 0; i < most_lanes; ++i) lanes.emplace_back(stems, rate);
        for (std::size_t i = 0; i < most_lanes; ++i) order[i] = &lanes[i];
    }

    int stems, ramp;
    std::vector<Lane> lanes;
    Lane* order[most_lanes];  // the lanes, that of the oldest epoch first
    std::size_t used = 0;     // how many of these there are
    bool muted = false;
    double level;  // what muting leaves of the last sample
    std::int64_t silent = 0, late = 0;

    void take(const Incoming& packet) noexcept;
    void follow(const Incoming& epoch) noexcept;
    std::int64_t give_way(const Placement& following) noexcept;
    void stop(std::int64_t at) noexcept;
    void fade(float* const* out, int count) noexcept;
};

Player::Player(int stems, int rate) : parts_(std::make_unique<Parts>(stems, rate)) {}
Player::~Player() = default;

void Player::apply(const Incoming& incoming) noexcept {
    switch (incoming.kind) {
        case Incoming::Kind::samples: return parts_->take(incoming);
        case Incoming::Kind::follow: return parts_->follow(incoming);
        case Incoming::Kind::stop: return parts_->stop(incoming.position);
    }
}

void Player::Parts::take(const Incoming& packet) noexcept {
    for (std::size_t i = 0; i < used; ++i) {
        if (order[i]->epoch() == packet.epoch) {
            late += order[i]->write(packet);
            return;
        }
    }
}

void Player::Parts::follow(const Incoming& epoch) noexcept {
    if (!epoch.placement.valid()) return;
    const bool jumps = epoch.position < never;
    stop(jumps ? epoch.position : give_way(epoch.placement));
    if (used == most_lanes) {
        std::rotate(order, order + 1, order + most_lanes);
        --used;
    }
    order[used++]->begin(epoch.epoch, epoch.placement, epoch.rows);
}

// Where what is heard ends when another epoch takes over. One that is replaced before its first step
// goes, and what it would have ended plays on.
std::int64_t Player::Parts::give_way(const Placement& following) noexcept {
    auto until = following.start(0);
    while (used) {
        const Lane& newest = *order[used - 1];
        // Where the next step would have begun, the last one falls by itself.
        if (order[used - 1]->end_before(following)) until = never;
        if (newest.sounds()) break;
        --used;
        if (used) order[used - 1]->play_on(newest.begins());
    }
    return until;
}

void Player::Parts::stop(std::int64_t at) noexcept {
    for (std::size_t i = 0; i < used; ++i) order[i]->stop(at);
}

void Player::read(std::int64_t position, float* const* out, int count) noexcept {
    Parts& parts = *parts_;
    for (int row = 0; row < parts.stems; ++row) std::fill_n(out[row], std::max(count, 0), 0.0f);
    for (int done = 0; done < count; done += Lane::most_samples) {
        const int slice = std::min(Lane::most_samples, count - done);
        const auto at = position + done;
        for (std::size_t i = 0; i < parts.used; ++i) {
            Lane& lane = *parts.order[i];
            if (!lane.plays(at)) continue;
            lane.add(at, slice, out, done);
            // Now, so that what comes from here on is late, whether it is heard next or never.
            parts.silent += lane.forget(at + slice);
        }
    }
    parts.fade(out, count);
    for (int row = 0; row < parts.stems; ++row) {
        for (int i = 0; i < count; ++i) out[row][i] = std::clamp(out[row][i], -1.0f, 1.0f);
    }
}

// Lets everything fall to silence, or rise from it.
void Player::Parts::fade(float* const* out, int count) noexcept {
    const double to = muted ? 0 : 1;
    if (level == to && !muted) return;
    const double change = (muted ? -1.0 : 1.0) / ramp;
    for (int row = 0; row < stems; ++row) {
        for (int i = 0; i < count; ++i) {
            out[row][i] *= static_cast<float>(std::clamp(level + (i + 1) * change, 0.0, 1.0));
        }
    }
    level = std::clamp(level + count * change, 0.0, 1.0);
}

void Player::mute(bool muted) noexcept { parts_->muted = muted; }
std::int64_t Player::silent() const noexcept { return parts_->silent; }
std::int64_t Player::late() const noexcept { return parts_->late; }

}  // namespace sideman
