// An object with what a test needs around it.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fakes/fake_client.hpp"
#include "object.hpp"

using Said = std::vector<std::pair<std::string, sideman::Atoms>>;

inline sideman::Atoms atoms(std::initializer_list<const char*> words) {
    return {words.begin(), words.end()};
}

struct Box {
    explicit Box(const sideman::Atoms& arguments = atoms({"bass", "drums"}))
        : object(arguments,
                 [this](const char* name, const sideman::Atoms& what) {
                     said.emplace_back(name, what);
                 },
                 warnings) {}

    // Does what a message says, and lets come what is made or ended for it.
    std::string send(const std::string& name, const sideman::Atoms& what = {}) {
        const std::string wrong = object.message(name, what);
        settle();
        return wrong;
    }
    // As when a host turns audio on.
    std::string prepare(double rate, int count = 64) {
        const std::string wrong = object.prepare(rate, count);
        settle();
        return wrong;
    }
    // As a host does every 50 ms.
    void settle() {
        object.poll();
        while (object.busy()) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));
            object.poll();
        }
    }

    // A block in which every sample of the input is `input`; what is heard in each row.
    std::vector<std::vector<double>> block(int count, double input = 0) {
        const std::vector<double> in(static_cast<std::size_t>(count), input);
        const std::vector<double> stale(in.size(), 9);
        std::vector<std::vector<double>> out(object.rows().size(), stale);
        std::vector<double*> planes;
        for (auto& plane : out) planes.push_back(plane.data());
        object.process(in.data(), planes.data(), count);
        return out;
    }

    // What was said since the last call, by name.
    Said news() { return std::exchange(said, {}); }

    std::vector<std::string> warnings;
    Said said;
    sideman::Object object;
};
