// How long the audio callback's work takes: the packets that have come, and what is heard. An hour
// of music (or as many seconds as the first argument says), 4 stems, blocks of 64 samples at
// 44.1 kHz; 1 % of the packets is lost, 1 % comes late, and every ten seconds another epoch takes
// over. The same is played three times (second argument), and the least time of each block counts,
// so that what other programs take is left out.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <vector>

#include "audio/player.hpp"

namespace {

using sideman::Incoming;

constexpr int stems = 4, rate = 44100, block = 64;
// Between a step's boundary and the arrival of its first packet, and the most that the server sends
// in the time of a block.
constexpr int cycle_samples = 2000, burst = 8;

// Microseconds of this thread's own, where the system tells; else by the clock on the wall, which
// also counts what other programs take.
double microseconds() {
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
#else
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::micro>(now).count();
#endif
}

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

    // Whether a step has been sent as a whole, and where another epoch may begin then.
    bool between_steps() const {
        return step_ > 0 && row_ == 0 && at_ == item_->placement.start(step_);
    }
    std::int64_t next_origin() const { return item_->placement.context_end(step_ - 1); }

private:
    std::unique_ptr<Incoming> item_ = std::make_unique<Incoming>();
    std::int64_t step_ = 0, at_ = 0;
    int row_ = 0;
};

// Plays it once; lowers took[i] to the time of block i.
void play(std::vector<float>& took, bool last) {
    sideman::Player player(stems, rate);
    Server server;
    std::mt19937 random(1);
    std::vector<float> sound(stems * block);
    float* out[stems];
    for (int row = 0; row < stems; ++row) out[row] = sound.data() + row * block;
    std::vector<Incoming> late, now(burst + 2);
    std::int64_t at = 0, next_epoch = 0;
    for (float& least : took) {
        std::size_t items = 0;
        if (at >= next_epoch && (at == 0 || server.between_steps())) {
            now[items++] = server.follow(at ? server.next_origin() : 0);
            next_epoch = at + 10 * rate;
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
        const double before = microseconds();
        for (std::size_t i = 0; i < items; ++i) player.apply(now[i]);
        player.read(at, out, block);
        least = std::min(least, static_cast<float>(microseconds() - before));
        at += block;
    }
    if (last) {
        std::printf("silent %lld, late %lld samples\n", static_cast<long long>(player.silent()),
                    static_cast<long long>(player.late()));
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::int64_t seconds = count > 1 ? std::atoi(arguments[1]) : 3600;
    const int repeats = count > 2 ? std::atoi(arguments[2]) : 3;
    std::vector<float> took(static_cast<std::size_t>(seconds * rate / block), 1e9f);
    if (took.empty() || repeats < 1) return 1;
    for (int i = 0; i < repeats; ++i) play(took, i + 1 == repeats);
    std::sort(took.begin(), took.end());
    const auto share = [&](double of) {
        const auto at = of * static_cast<double>(took.size() - 1);
        return static_cast<double>(took[static_cast<std::size_t>(at)]);
    };
    std::printf("%zu blocks of %d samples, %d stems; each the least of %d times, in us:\n"
                "median %.2f, 99 %% %.2f, 99.9 %% %.2f, 99.99 %% %.2f, worst %.2f\n",
                took.size(), block, stems, repeats, share(0.5), share(0.99), share(0.999),
                share(0.9999), share(1));
    return 0;
}
