// How long Client::process takes, with a server on loopback in the same program:
//   measure_process [SECONDS [SPEED]]
// 60 s of music in real time, or SPEED times as fast; blocks of 64 samples at 44.1 kHz, 4 stems.
// Every block hands over a context and wakes the network thread. One line of JSON, in microseconds:
// `wall` by the clock on the wall, other programs' share included; `own` the thread's own time,
// where the system tells it; and how long it takes to make a client and to end it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <vector>

#include "band.hpp"
#include "client.hpp"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int stems = 4, rate = 44100, block = 64;

double wall() {
    return std::chrono::duration<double, std::micro>(Clock::now().time_since_epoch()).count();
}

double own() {
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
#else
    return 0;
#endif
}

void print(const char* name, std::vector<double>& took) {
    std::sort(took.begin(), took.end());
    const auto share = [&](double of) {
        return took[static_cast<std::size_t>(of * static_cast<double>(took.size() - 1))];
    };
    std::printf("\"%s\": {\"median\": %.2f, \"p99\": %.2f, \"p99.99\": %.2f, \"worst\": %.2f}, ",
                name, share(0.5), share(0.99), share(0.9999), share(1));
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 60;
    const double speed = argc > 2 ? std::atof(argv[2]) : 1;
    const auto blocks = static_cast<std::size_t>(std::max(0.0, seconds * rate / block));
    if (blocks == 0 || speed <= 0) {
        std::fprintf(stderr, "measure_process [SECONDS [SPEED]], both more than 0\n");
        return 2;
    }
    const std::vector<std::string> names{"bass", "drums", "guitar", "piano"};
    sideman::Wish wish;
    wish.stems = names;
    wish.step = wish.lead = 4;
    sideman::tests::Band band;
    const double before = wall();
    auto client = std::make_unique<sideman::Client>("127.0.0.1", band.port(), names, rate, wish);
    const double made = wall() - before;
    for (int i = 0; i < 500 && client->status().state != "playing"; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));

    std::vector<float> played(block, 0.2f), heard(stems * block);
    float* rows[stems];
    for (int row = 0; row < stems; ++row) rows[row] = heard.data() + row * block;
    std::vector<double> by_wall(blocks), by_own(blocks);
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < blocks; ++i) {
        const double due = static_cast<double>(i) * block / rate / speed;
        std::this_thread::sleep_until(
            begun + std::chrono::nanoseconds(static_cast<long long>(due * 1e9)));
        const double wall_before = wall(), own_before = own();
        client->process(played.data(), rows, block);
        by_own[i] = own() - own_before;
        by_wall[i] = wall() - wall_before;
    }
    const auto status = client->status();
    const double ending = wall();
    client.reset();
    const double ended = wall() - ending;
    std::printf("{\"blocks\": %zu, \"samples\": %d, \"stems\": %d, \"speed\": %.1f, ", blocks,
                block, stems, speed);
    print("wall", by_wall);
    print("own", by_own);
    std::printf("\"state\": \"%s\", \"packets\": %ld, \"lost\": %lld, \"late\": %lld, "
                "\"dropped\": %lld, \"made\": %.0f, \"ended\": %.0f}\n",
                status.state.c_str(), band.sent(), static_cast<long long>(status.lost),
                static_cast<long long>(status.late), static_cast<long long>(status.dropped), made,
                ended);
    return 0;
}
