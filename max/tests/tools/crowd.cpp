// Clients that measure, for tests.runtime.measure_fleet: each plays noise of its own, and compares
// what an echo gives it back with what it has played.
//   crowd HOST PORT FIRST COUNT BLOCK STEP LEAD FORMAT BEGIN SECONDS MOST
// FIRST, COUNT: the clients' numbers, of which each makes its noise. FORMAT of the stems: float32 or
// int16. BEGIN: when silence begins to count, in seconds since 1970; from then on it lasts SECONDS.
// One thread is the sound card of all.
//
// Samples that are right and samples that are zero are counted here. A block with any other goes out
// as a whole, and Python says what its samples are (tests/runtime/fleet/comparing.py): so a ramp has
// one definition. At most MOST blocks of a client do; those beyond are counted as not judged. At the
// end a line of JSON for each client.
//   crowd noise NUMBER COUNT
// writes the first samples of a client's noise instead, float32, for the comparison with Python's.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "audio/placement.hpp"
#include "client.hpp"

namespace {

constexpr int rate = 44100;
// As EXACT in comparing.py.
constexpr float exact_error = 1e-4f;
// Of a block; less is a ramp.
constexpr double silent_share = 0.02;
// Between two looks at which session a client has.
constexpr auto look = std::chrono::milliseconds(50);

// Sample `position` of a client's noise, within 0.4, again after 2^20 of them; as sound_of in
// tests/runtime/fleet/sounds.py, bit for bit. Number and position are mixed as the generator
// SplitMix64 mixes its counter (Steele, Lea and Flood 2014).
float noise(int number, std::int64_t position) {
    if (position < 0) return 0;
    auto bits = (static_cast<std::uint64_t>(number) << 32) +
                (static_cast<std::uint64_t>(position) & 0xfffff);
    bits += 0x9e3779b97f4a7c15u;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    bits ^= bits >> 31;
    const auto value = static_cast<std::int32_t>(bits >> 40) - (1 << 23);
    return static_cast<float>(value) * (0.4f / (1 << 23));
}

double wall() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

struct Options {
    std::string host;
    int port, first, count, block;
    sideman::Wish wish;
    double begin, seconds;
    std::size_t most;
};

// A block that holds other samples than right ones and zeros.
struct Mixed {
    std::int64_t position;
    double now;
    int session;
    std::vector<float> heard;
};

// A client, and what was heard. Its session and delay are found by another thread than its sound
// card, which may not ask for a status.
class Listener {
public:
    Listener(const Options& options, int number)
        : number_(number),
          most_(options.most),
          played_(static_cast<std::size_t>(options.block)),
          heard_(played_.size()),
          client_(std::make_unique<sideman::Client>(options.host, options.port, options.wish.stems,
                                                    rate, options.wish)) {}

    void look() {
        const auto status = client_->status();
        if (status.session == 0) return;
        // From a sample to its echo, as a step's length and what it is ahead make it; the overlap is
        // in both, and drops out.
        const int delay =
            (status.step + status.lead) * sideman::column_samples - sideman::tail_samples;
        if (const int before = delay_.exchange(delay); before >= 0 && before != delay) {
            throw std::runtime_error("step or lead has changed, and nobody has asked for it");
        }
        session_.store(status.session);
    }

    // One block of the sound card, so many seconds after the beginning.
    void turn(double now) {
        const auto size = played_.size();
        for (std::size_t i = 0; i < size; ++i) {
            played_[i] = noise(number_, position_ + static_cast<std::int64_t>(i));
        }
        float* rows[] = {heard_.data()};
        client_->process(played_.data(), rows, static_cast<int>(size));
        if (const int session = session_.load(); session != 0) {
            if (sessions_.empty() || sessions_.back().session != session) {
                sessions_.push_back({now, session});
            }
            compare(delay_.load(), now);
        }
        position_ += static_cast<std::int64_t>(size);
    }

    void close() { client_.reset(); }

    void print(double cpu, double behind) const {
        std::printf("{\"seed\": %d, \"cpu\": %.6f, \"card_behind_s\": %.6f, \"delay\": %d, "
                    "\"exact\": %lld, \"silent_samples\": %lld, \"unjudged\": %lld, \"silent\": [",
                    number_, cpu, behind, delay_.load(), exact_, silent_samples_, unjudged_);
        const char* comma = "";
        for (const auto& each : silent_) {
            std::printf("%s[%.3f, %.4f]", comma, each.now, each.seconds);
            comma = ", ";
        }
        std::printf("], \"sessions\": [");
        comma = "";
        for (const auto& each : sessions_) {
            std::printf("%s[%.3f, %d]", comma, each.now, each.session);
            comma = ", ";
        }
        std::printf("], \"mixed\": [");
        comma = "";
        for (const auto& each : mixed_) {
            std::printf("%s{\"position\": %lld, \"now\": %.3f, \"session\": %d, \"heard\": \"", comma,
                        static_cast<long long>(each.position), each.now, each.session);
            for (const float sample : each.heard) {
                std::uint32_t bits = 0;
                std::memcpy(&bits, &sample, sizeof bits);
                std::printf("%08x", bits);
            }
            std::printf("\"}");
            comma = ", ";
        }
        std::printf("]}\n");
    }

private:
    void compare(int delay, double now) {
        int exact = 0, silent = 0, zeros = 0;
        for (std::size_t i = 0; i < heard_.size(); ++i) {
            const float wanted = noise(number_, position_ - delay + static_cast<std::int64_t>(i));
            const bool right = std::fabs(heard_[i] - wanted) <= exact_error;
            exact += right;
            zeros += heard_[i] == 0;
            silent += !right && heard_[i] == 0;
        }
        const auto share = static_cast<double>(zeros) / static_cast<double>(heard_.size());
        if (now >= 0 && share > silent_share) silent_.push_back({now, zeros / double{rate}});
        if (static_cast<std::size_t>(exact + silent) == heard_.size()) {
            exact_ += exact;
            silent_samples_ += silent;
        } else if (mixed_.size() < most_) {
            mixed_.push_back({position_, now, sessions_.back().session, heard_});
        } else {
            unjudged_ += static_cast<long long>(heard_.size());
        }
    }

    struct Silence {
        double now, seconds;
    };
    struct Begun {
        double now;
        int session;
    };
    const int number_;
    const std::size_t most_;
    std::vector<float> played_, heard_;
    std::int64_t position_ = 0;
    long long exact_ = 0, silent_samples_ = 0, unjudged_ = 0;
    std::vector<Silence> silent_;
    std::vector<Begun> sessions_;
    std::vector<Mixed> mixed_;
    std::atomic<int> session_{0}, delay_{-1};
    std::unique_ptr<sideman::Client> client_;
};

// Plays until the end; tells by how much the sound card was behind at worst, in seconds.
double play(const Options& options, std::vector<std::unique_ptr<Listener>>& listeners) {
    using Clock = std::chrono::steady_clock;
    double behind = 0;
    const auto start = Clock::now();
    for (long long turn = 0; wall() < options.begin + options.seconds; ++turn) {
        const auto due = start + std::chrono::nanoseconds(turn * options.block * 1000000000LL / rate);
        std::this_thread::sleep_until(due);
        behind = std::max(behind, std::chrono::duration<double>(Clock::now() - due).count());
        for (auto& listener : listeners) listener->turn(wall() - options.begin);
    }
    return behind;
}

int run(const Options& options) {
    std::vector<std::unique_ptr<Listener>> listeners;
    for (int i = 0; i < options.count; ++i) {
        listeners.push_back(std::make_unique<Listener>(options, options.first + i));
    }
    const auto clock = std::clock();
    const double started = wall();
    std::atomic<bool> ending{false};
    std::string wrong;
    std::thread watcher([&] {
        try {
            while (!ending) {
                for (auto& listener : listeners) listener->look();
                std::this_thread::sleep_for(look);
            }
        } catch (const std::exception& error) {
            wrong = error.what();
        }
    });
    const double behind = play(options, listeners);
    const double cpu = static_cast<double>(std::clock() - clock) / CLOCKS_PER_SEC /
                       (wall() - started) / options.count;
    ending = true;
    watcher.join();
    if (!wrong.empty()) {
        std::fprintf(stderr, "crowd: %s\n", wrong.c_str());
        return 1;
    }
    // First, for whoever reads what is printed may be busy for a while.
    for (auto& listener : listeners) listener->close();
    for (const auto& listener : listeners) listener->print(cpu, behind);
    return 0;
}

int write_noise(int number, int count) {
    for (int i = 0; i < count; ++i) {
        const float sample = noise(number, i);
        std::fwrite(&sample, sizeof sample, 1, stdout);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && std::string(argv[1]) == "noise") {
        return write_noise(std::atoi(argv[2]), std::atoi(argv[3]));
    }
    if (argc != 12) {
        std::fprintf(stderr,
                     "crowd HOST PORT FIRST COUNT BLOCK STEP LEAD FORMAT BEGIN SECONDS MOST\n"
                     "crowd noise NUMBER COUNT\n");
        return 2;
    }
    Options options{argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]),
                    std::atoi(argv[5]), {}, std::atof(argv[9]), std::atof(argv[10]),
                    static_cast<std::size_t>(std::max(0, std::atoi(argv[11])))};
    options.wish.stems = {"bass"};
    options.wish.step = std::atoi(argv[6]);
    options.wish.lead = std::atoi(argv[7]);
    const std::string format = argv[8];
    options.wish.int16 = format == "int16";
    if (options.count < 1 || options.block < 1 || options.first < 0 || options.seconds <= 0 ||
        (format != "int16" && format != "float32")) {
        std::fprintf(stderr, "crowd: a number or a format that cannot be used\n");
        return 2;
    }
    return run(options);
}
