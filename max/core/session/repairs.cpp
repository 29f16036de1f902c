#include "session/repairs.hpp"

#include <algorithm>
#include <utility>

namespace sideman {

namespace {
// A packet may overtake another by so many seconds; no request follows another sooner either.
constexpr double ask_seconds = 0.01;
constexpr std::size_t most_arrivals = 4096;
// Steps of which it is remembered what has come: the one that comes, the one before, and one that
// may come early.
constexpr std::size_t most_steps = 4;
}  // namespace

std::int64_t Ranges::add(std::int64_t first, std::int64_t last) {
    if (first >= last) return 0;
    std::int64_t fresh = 0;
    for (const auto& hole : missing(first, last)) fresh += hole.second - hole.first;
    auto at = ranges_.upper_bound(first);
    if (at != ranges_.begin()) {
        const auto before = std::prev(at);
        if (before->second >= first) at = before;
    }
    while (at != ranges_.end() && at->first <= last) {
        first = std::min(first, at->first);
        last = std::max(last, at->second);
        at = ranges_.erase(at);
    }
    ranges_.emplace(first, last);
    return fresh;
}

std::vector<Range> Ranges::missing(std::int64_t first, std::int64_t last) const {
    std::vector<Range> holes;
    auto at = ranges_.upper_bound(first);
    if (at != ranges_.begin()) first = std::max(first, std::prev(at)->second);
    for (; first < last && at != ranges_.end() && at->first < last; ++at) {
        if (first < at->first) holes.emplace_back(first, at->first);
        first = std::max(first, at->second);
    }
    if (first < last) holes.emplace_back(first, last);
    return holes;
}

Repairs::Followed* Repairs::find(const EpochKey& epoch) {
    for (auto& each : followed_)
        if (each.epoch == epoch) return &each;
    return nullptr;
}

void Repairs::follow(const EpochKey& epoch, const Placement& placement, bool jump) {
    if (jump || followed_.empty()) {
        forget();
    } else {
        // Of a change, the epoch before still plays until the new one's origin; one that is
        // replaced before its first step never does.
        while (!followed_.empty()) {
            auto& newest = followed_.back();
            newest.steps = ending_before(newest.placement, placement).steps;
            if (newest.steps > 0) break;
            followed_.pop_back();
        }
        if (followed_.size() > 1) followed_.erase(followed_.begin(), std::prev(followed_.end()));
        arrivals_.erase(std::remove_if(arrivals_.begin(), arrivals_.end(),
                                       [&](const Arrival& each) { return !find(each.epoch); }),
                        arrivals_.end());
    }
    Followed added;
    added.epoch = epoch;
    added.placement = placement;
    followed_.push_back(std::move(added));
}

void Repairs::forget() {
    followed_.clear();
    arrivals_.clear();
}

std::int64_t Repairs::note(const EpochKey& epoch, int row, std::int64_t step, std::int64_t position,
                           int count, bool again, double now) {
    auto* followed = find(epoch);
    if (followed == nullptr) return 0;
    const auto& place = followed->placement;
    const auto low = std::max(position, place.start(step));
    const auto high = std::min(position + count, place.end(step));
    if (low >= high) return 0;
    auto& steps = followed->rows[row].steps;
    if (steps.size() >= most_steps && steps.find(step) == steps.end()) {
        if (step < steps.begin()->first) return 0;  // a copy that came very late
        steps.erase(steps.begin());
    }
    const auto fresh = steps[step].add(low, high);
    if (!again) {
        if (arrivals_.size() == most_arrivals) arrivals_.pop_front();
        arrivals_.push_back({now, epoch, row, step, position});
    }
    return fresh;
}

double Repairs::turn(const std::vector<int>& numbers, double round_trip, std::int64_t soonest,
                     const Ask& ask, double now) {
    while (!arrivals_.empty() && now - arrivals_.front().at >= ask_seconds) {
        const auto& each = arrivals_.front();
        if (auto* followed = find(each.epoch)) {
            auto& row = followed->rows[each.row];
            if (std::make_pair(each.step, each.position) >
                std::make_pair(row.settled_step, row.settled)) {
                row.settled_step = each.step;
                row.settled = each.position;
            }
        }
        arrivals_.pop_front();
    }
    const double pause = std::max(ask_seconds, round_trip);
    bool missing = false;
    std::vector<std::pair<EpochKey, std::vector<Wanted>>> wanted;
    for (auto& followed : followed_) {
        std::vector<Wanted> found;
        for (auto& [index, row] : followed.rows) {
            const int number = numbers[static_cast<std::size_t>(index)];
            if (row.settled_step < 0 || number < 0) continue;
            for (auto of = std::max<std::int64_t>(0, row.settled_step - 1); of <= row.settled_step;
                 ++of) {
                if (followed.steps >= 0 && of >= followed.steps) continue;
                const auto& place = followed.placement;
                const auto first = std::max(place.start(of), soonest);
                const auto last =
                    of < row.settled_step ? place.end(of) : std::min(place.end(of), row.settled);
                if (first >= last) continue;
                // Of a step of which nothing has come, all is missing.
                const auto come = row.steps.find(of);
                const auto holes = come == row.steps.end()
                                       ? std::vector<Range>{{first, last}}
                                       : come->second.missing(first, last);
                const auto more = want(number, holes, most_resend_entries - found.size());
                found.insert(found.end(), more.begin(), more.end());
            }
        }
        missing = missing || !found.empty();
        if (!found.empty()) wanted.emplace_back(followed.epoch, std::move(found));
    }
    // What has come shows soon what is missing before it, though no block of audio wakes anybody.
    const double settles = arrivals_.empty() ? -1 : arrivals_.front().at + ask_seconds;
    if (!missing) return settles;
    if (now >= asked_ + pause) {
        asked_ = now;
        for (const auto& [epoch, entries] : wanted) ask(epoch, pack(entries));
    }
    return settles < 0 ? asked_ + pause : std::min(settles, asked_ + pause);
}

}  // namespace sideman
