#include "fakes/fake_client.hpp"

#include <stdexcept>

namespace fakes {

World& world() {
    static World one;
    return one;
}

World& new_world() {
    World& one = world();
    const std::lock_guard lock(one.guard);
    one.made.clear();
    one.status = sideman::Status();
    one.sound = [](float, std::size_t) { return 0.0f; };
    one.refuses_to_be_made.clear();
    one.alive = 0;
    return one;
}

}  // namespace fakes

namespace sideman {

using fakes::world;

struct Client::Parts {
    fakes::Made made;
};

Client::Client(const std::string& host, int port, const std::vector<std::string>& rows, int rate,
               Wish wish)
    : parts_(std::make_shared<Parts>()) {
    const std::lock_guard slow(world().making);
    if (!world().refuses_to_be_made.empty()) throw std::runtime_error(world().refuses_to_be_made);
    fakes::Made& made = parts_->made;
    made.host = host;
    made.port = port;
    made.rate = rate;
    made.rows = std::move(rows);
    made.wish = std::move(wish);
    ++world().alive;
    const std::lock_guard lock(world().guard);
    world().made.emplace_back(parts_, &made);
}

Client::~Client() {
    if (parts_->made.inside) std::terminate();  // pulled away from under the audio thread
    parts_->made.alive = false;
    --world().alive;
}

void Client::process(const float* context, float* const* stems, int count) noexcept {
    fakes::Made& made = parts_->made;
    ++made.inside;
    for (std::size_t row = 0; row < made.rows.size(); ++row)
        for (int i = 0; i < count; ++i) stems[row][i] = world().sound(context[i], row);
    made.samples += count;
    --made.inside;
}

void Client::begin() { parts_->made.told.push_back("begin"); }

void Client::change(const Wish& wish) {
    parts_->made.wish = wish;
    parts_->made.told.push_back("change");
}

void Client::set_latency(int samples) {
    parts_->made.latency = samples;
    parts_->made.told.push_back("latency");
}

void Client::panic() { parts_->made.told.push_back("panic"); }
void Client::unmute() { parts_->made.told.push_back("unmute"); }

Status Client::status() const {
    const std::lock_guard lock(world().guard);
    return world().status;
}

}  // namespace sideman
