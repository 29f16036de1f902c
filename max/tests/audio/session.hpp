// A player, and a server that sends it constants; for the tests of players.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "audio/player.hpp"

namespace audio_tests {

using sideman::EpochKey;
using sideman::Incoming;
using sideman::Placement;
using sideman::Player;

constexpr int rate = 44100;
constexpr int column = sideman::column_samples;
constexpr int overlap = 300;
// Of the 3 ms beside what is missing.
constexpr int ramp = 132;
// The largest difference between two samples of such a ramp, and a little more.
constexpr float soft = 1.01f / ramp + 0.004f;

inline Placement place_at(std::int64_t origin, int step = 1, int lead = 2) {
    Placement placement;
    placement.origin = origin;
    placement.step = step;
    placement.lead = lead;
    placement.overlap = overlap;
    return placement;
}

struct Session {
    explicit Session(int stems_wanted = 1) : stems(stems_wanted), player(stems_wanted, rate) {}

    void follow(std::uint32_t epoch, const Placement& placement,
                std::int64_t jump = sideman::never, std::uint64_t rows = ~std::uint64_t{0}) {
        Incoming item;
        item.kind = Incoming::Kind::follow;
        item.epoch = key = EpochKey{7, epoch};
        item.placement = place = placement;
        item.position = jump;
        item.rows = rows;
        player.apply(item);
    }

    void stop(std::int64_t at) {
        Incoming item;
        item.kind = Incoming::Kind::stop;
        item.position = at;
        player.apply(item);
    }

    // The packets of a step of the newest epoch.
    std::vector<Incoming> packets(std::int64_t step, float level = 1, int row = 0,
                                  int size = 288) const {
        std::vector<Incoming> made;
        for (auto at = place.start(step); at < place.end(step); at += size) {
            Incoming item;
            item.epoch = key;
            item.step = step;
            item.row = row;
            item.position = at;
            item.count = static_cast<int>(std::min<std::int64_t>(size, place.end(step) - at));
            std::fill_n(item.samples, item.count, level);
            made.push_back(item);
        }
        return made;
    }

    void send(const std::vector<Incoming>& items) {
        for (const Incoming& item : items) player.apply(item);
    }

    // What is heard of all stems up to a position.
    std::vector<std::vector<float>> hear(std::int64_t until, int block = 64) {
        std::vector<std::vector<float>> heard(static_cast<std::size_t>(stems));
        while (playhead < until) {
            const auto count = static_cast<int>(std::min<std::int64_t>(block, until - playhead));
            std::vector<float*> rows;
            for (auto& each : heard) {
                each.resize(each.size() + static_cast<std::size_t>(count), 9.0f);
                rows.push_back(each.data() + each.size() - count);
            }
            player.read(playhead, rows.data(), count);
            playhead += count;
        }
        return heard;
    }

    int stems;
    Player player;
    EpochKey key;
    Placement place;
    std::int64_t playhead = 0;
};

inline float largest_difference(const std::vector<float>& sound) {
    float largest = 0;
    for (std::size_t i = 1; i < sound.size(); ++i) {
        largest = std::max(largest, std::abs(sound[i] - sound[i - 1]));
    }
    return largest;
}

// How far [first, last) is from a constant at the most.
inline float apart(const std::vector<float>& sound, std::int64_t first, std::int64_t last,
                   float level) {
    float largest = 0;
    for (auto i = first; i < last; ++i) {
        largest = std::max(largest, std::abs(sound[static_cast<std::size_t>(i)] - level));
    }
    return largest;
}

}  // namespace audio_tests
