// Plays a file into a server in real time and keeps what comes back, for tests from outside:
//   play HOST PORT STEMS RATE BLOCK STEP LEAD INPUT OUTPUT [BEFORE]
// STEMS: names with commas. INPUT: mono float32. OUTPUT: float32, a block of each stem after another.
// BEFORE: so many blocks are played at once, and a line tells so, before it waits for the server; the
// others are played when that is there.
// Prints the client's status once a second as a line of JSON, at last the worst and the median time
// of the callback in microseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "client.hpp"

namespace {

std::vector<std::string> split(const std::string& names) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at <= names.size();) {
        const auto comma = std::min(names.find(',', at), names.size());
        found.push_back(names.substr(at, comma - at));
        at = comma + 1;
    }
    return found;
}

void print(const sideman::Status& status, long long position) {
    std::printf(
        "{\"position\": %lld, \"state\": \"%s\", \"text\": \"%s\", \"step\": %d, \"lead\": %d, "
        "\"advised\": %d, \"ahead\": %.6f, \"landing\": %.6f, \"round_trip\": %.6f, \"lost\": %lld, "
        "\"late\": %lld, \"repaired\": %lld, \"context_lost\": %lld, \"dropped\": %lld}\n",
        position, status.state.c_str(), status.text.c_str(), status.step, status.lead,
        status.advised, status.ahead, status.landing, status.round_trip,
        static_cast<long long>(status.lost), static_cast<long long>(status.late),
        static_cast<long long>(status.repaired), static_cast<long long>(status.context_lost),
        static_cast<long long>(status.dropped));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 10 && argc != 11) {
        std::fprintf(stderr, "play HOST PORT STEMS RATE BLOCK STEP LEAD INPUT OUTPUT [BEFORE]\n");
        return 2;
    }
    const auto stems = split(argv[3]);
    const int rate = std::atoi(argv[4]), block = std::atoi(argv[5]);
    sideman::Wish wish;
    wish.stems = stems;
    wish.step = std::atoi(argv[6]);
    wish.lead = std::atoi(argv[7]);
    std::ifstream input(argv[8], std::ios::binary);
    std::ofstream output(argv[9], std::ios::binary);
    if (!input || !output || rate < 1 || block < 1) {
        std::fprintf(stderr, "play: a file or a number that cannot be used\n");
        return 2;
    }
    sideman::Client client(argv[1], std::atoi(argv[2]), stems, rate, wish);
    std::vector<float> played(static_cast<std::size_t>(block));
    std::vector<float> heard(stems.size() * played.size());
    std::vector<float*> rows;
    for (std::size_t row = 0; row < stems.size(); ++row) rows.push_back(&heard[row * played.size()]);
    const auto read = [&] {
        return static_cast<bool>(input.read(reinterpret_cast<char*>(played.data()),
                                            static_cast<std::streamsize>(played.size() * sizeof(float))));
    };
    const auto write = [&] {
        output.write(reinterpret_cast<const char*>(heard.data()),
                     static_cast<std::streamsize>(heard.size() * sizeof(float)));
    };
    const long long before = argc == 11 ? std::atoll(argv[10]) : 0;
    for (long long i = 0; i < before && read(); ++i) {
        client.process(played.data(), rows.data(), block);
        write();
    }
    if (before > 0) print(client.status(), before * block);
    for (int i = 0; client.status().state != "playing"; ++i) {
        if (i == 6000) {
            std::fprintf(stderr, "play: %s\n", client.status().text.c_str());
            return 1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::vector<double> took;
    using clock = std::chrono::steady_clock;
    const auto begun = clock::now();
    const long long first = before * block;
    long long position = first, told = position / rate;
    while (read()) {
        position += block;
        const auto since = static_cast<double>(position - first) / rate;
        std::this_thread::sleep_until(
            begun + std::chrono::nanoseconds(static_cast<long long>(1e9 * since)));
        const auto called = clock::now();
        client.process(played.data(), rows.data(), block);
        took.push_back(std::chrono::duration<double, std::micro>(clock::now() - called).count());
        write();
        if (position / rate > told) {
            told = position / rate;
            print(client.status(), position);
        }
    }
    print(client.status(), position);
    if (took.empty()) return 0;
    std::sort(took.begin(), took.end());
    std::printf("{\"callback_us\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}}\n",
                took[took.size() / 2], took[took.size() * 99 / 100], took.back());
    return 0;
}
