// A client without a network, linked in the place of the real one: it notes what it is told, and
// plays what a test asks for.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client.hpp"

namespace fakes {

// One client that was made.
struct Made {
    std::string host;
    int port = 0, rate = 0;
    std::vector<std::string> rows;
    sideman::Wish wish;               // as made, or as changed last
    std::vector<std::string> told;    // names of what was called, in order
    int latency = 0;
    std::atomic<bool> alive{true};
    std::atomic<long> samples{0};     // that were processed
    std::atomic<int> inside{0};       // calls of `process` that go on
};

struct World {
    std::mutex guard;
    std::vector<std::shared_ptr<Made>> made;
    sideman::Status status;          // of every client
    // What is played to a sample of context, by row; audio thread. At first the context, and in
    // every further row once more of it.
    std::function<float(float, std::size_t)> sound = [](float context, std::size_t row) {
        return context * static_cast<float>(row + 1);
    };
    std::string refuses_to_be_made;  // the error that making a client ends in
    std::mutex making;               // while a test holds it, no client comes into being
    std::atomic<int> alive{0};

    Made& last() {
        const std::lock_guard lock(guard);
        return *made.back();
    }
    std::size_t count() {
        const std::lock_guard lock(guard);
        return made.size();
    }
};

World& world();
// As at the beginning: for the first line of a test.
World& new_world();

}  // namespace fakes
