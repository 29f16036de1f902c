// Stems that have not come: what has, what to ask for again, and when.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "audio/player.hpp"
#include "wire/resends.hpp"

namespace sideman {

// Ranges of positions that do not touch, in their order.
class Ranges {
public:
    // Adds [first, last); tells how much of it was new.
    std::int64_t add(std::int64_t first, std::int64_t last);
    // What of [first, last) is not in it.
    std::vector<Range> missing(std::int64_t first, std::int64_t last) const;

private:
    std::map<std::int64_t, std::int64_t> ranges_;  // by first
};

// Follows the arrivals of stems, of the newest epoch and the one before.
class Repairs {
public:
    using Ask = std::function<void(const EpochKey& epoch, const std::string& entries)>;

    // Another epoch begins. Of those before, the newest is still heard unless this is a jump.
    void follow(const EpochKey& epoch, const Placement& placement, bool jump);
    void forget();
    // A packet has come; tells how many of its samples were new.
    std::int64_t note(const EpochKey& epoch, int row, std::int64_t step, std::int64_t position,
                      int count, bool again, double now);
    // Asks for what is missing from `soonest` on. Returns when to be called again, or a negative
    // number where nothing is missing and nothing may turn out to be. `numbers`: by row, the
    // stem's number in the model, or -1.
    double turn(const std::vector<int>& numbers, double round_trip, std::int64_t soonest,
                const Ask& ask, double now);

private:
    struct Row {
        std::int64_t settled_step = -1, settled = 0;  // behind which something is missing for good
        std::map<std::int64_t, Ranges> steps;         // what has come, of the newest few
    };
    struct Followed {
        EpochKey epoch;
        Placement placement;
        std::int64_t steps = -1;  // how many it has; -1 while more may come
        std::map<int, Row> rows;
    };
    struct Arrival {
        double at;
        EpochKey epoch;
        int row;
        std::int64_t step, position;
    };
    Followed* find(const EpochKey& epoch);

    std::vector<Followed> followed_;
    std::deque<Arrival> arrivals_;
    double asked_ = -1e9;
};

}  // namespace sideman
