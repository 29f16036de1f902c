// How long the audio callback's work takes: the packets that have come, and what is heard. An hour
// of music, 4 stems, blocks of 64 samples at 44.1 kHz; 1 % of the packets is lost, 1 % comes late,
// and every ten seconds another epoch takes over.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "audio/player.hpp"

namespace {

using sideman::Incoming;
using Clock = std::chrono::steady_clock;

constexpr int stems = 4, rate = 44100, block = 64;
// Between a step's boundary and the arrival of its first packet, and the most that the server sends
// in the time of a block.
constexpr int cycle_samples = 2000, burst = 8;

class Server {
public:
    Server() {
        item_->placement.step = item_->placement.lead = 4;
        item_->placement.overlap = 882;
        for (float& sample : item_->samples) sample = 0.1f;
    }

    // Begins an epoch; returns what tells the player.
    const Incoming& follow(std::int64_t origin) {
        item_->kind = Incoming::Kind::follow;
        ++item_->epoch.epoch;
        item_->position = sideman::never;
        item_->rows = 15;
        item_->placement.origin = origin;
        step_ = 0;
        at_ = item_->placement.start(0);
        row_ = 0;
        return *item_;
    }

    // The next packet that has come by now, or nullptr.
    const Incoming* next(std::int64_t now) {
        if (now < item_->placement.boundary(step_) + cycle_samples) return nullptr;
        item_->kind = Incoming::Kind::samples;
        item_->step = step_;
        item_->row = row_;
        item_->position = at_;
        item_->count = 288;
        if (++row_ == stems) {
            row_ = 0;
            at_ += 288;
            if (at_ >= item_->placement.end(step_)) at_ = item_->placement.start(++step_);
        }
        return item_.get();
    }

    std::int64_t boundary() const { return item_->placement.boundary(step_); }

private:
    std::unique_ptr<Incoming> item_ = std::make_unique<Incoming>();
    std::int64_t step_ = 0, at_ = 0;
    int row_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    const std::int64_t seconds = count > 1 ? std::atoi(arguments[1]) : 3600;
    sideman::Player player(stems, rate);
    Server server;
    std::mt19937 random(1);
    std::vector<float> sound(stems * block);
    float* out[stems];
    for (int row = 0; row < stems; ++row) out[row] = sound.data() + row * block;
    std::vector<float> took;
    took.reserve(static_cast<std::size_t>(seconds * rate / block + 1));
    std::vector<Incoming> late, now(burst + 2);
    std::int64_t next_epoch = 0;
    double loudest = 0;
    for (std::int64_t at = 0; at < seconds * rate; at += block) {
        std::size_t items = 0;
        if (at >= next_epoch) {
            now[items++] = server.follow(at ? server.boundary() : 0);
            next_epoch += 10 * rate;
        }
        for (int i = 0; i < burst; ++i) {
            const Incoming* packet = server.next(at);
            if (!packet) break;
            const auto chance = random() % 100;
            if (chance == 1) late.push_back(*packet);
            if (chance > 1) now[items++] = *packet;
        }
        if (!late.empty() && late.front().position + 4000 < at) {
            now[items++] = late.front();
            late.erase(late.begin());
        }
        const auto before = Clock::now();
        for (std::size_t i = 0; i < items; ++i) player.apply(now[i], at);
        player.read(at, out, block);
        const std::chrono::duration<float, std::micro> passed = Clock::now() - before;
        took.push_back(passed.count());
        loudest = std::max(loudest, static_cast<double>(sound[0]));
    }
    std::sort(took.begin(), took.end());
    const auto part = [&](double share) {
        return static_cast<double>(took[static_cast<std::size_t>(
            share * static_cast<double>(took.size() - 1))]);
    };
    std::printf("%zu blocks of %d samples, %d stems: median %.2f us, 99 %% %.2f us, 99.9 %% %.2f us, "
                "99.99 %% %.2f us, worst %.2f us\n",
                took.size(), block, stems, part(0.5), part(0.99), part(0.999), part(0.9999),
                part(1));
    std::printf("silent %lld, late %lld, loudest %.3f\n", static_cast<long long>(player.silent()),
                static_cast<long long>(player.late()), loudest);
    return 0;
}
