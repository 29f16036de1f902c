#include "client.hpp"

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "net/network.hpp"
#include "session/session.hpp"
#include "session/shared.hpp"

namespace sideman {

namespace {
// Packets that one block takes from the network thread: more than a server sends in its time, and
// few enough for a block of 64 samples.
constexpr int most_taken = 48;
constexpr int highest_rate = 768000;

int checked(int rate) {
    if (rate < 1 || rate > highest_rate) {
        throw std::invalid_argument("a sound card of " + std::to_string(rate) + " Hz");
    }
    return rate;
}
}  // namespace

struct Client::Parts : Member {
    Parts(const std::string& host, int port, const std::vector<std::string>& rows, int rate,
          Wish wish)
        : shared(rows, checked(rate)),
          player(static_cast<int>(shared.rows.size()), rate),
          session(shared, std::move(wish), socket, host, port),
          network(Network::get()) {}

    double turn(double now) override {
        const std::lock_guard<std::mutex> lock(mutex);
        session.receive(now);
        return session.turn(now);
    }
    Socket::Handle handle() const override { return socket.handle(); }

    Shared shared;
    Player player;  // the audio thread's
    mutable std::mutex mutex;  // of the session; the audio thread does not touch it
    Socket socket;
    Session session;
    std::shared_ptr<Network> network;
};

Client::Client(const std::string& host, int port, const std::vector<std::string>& rows, int rate,
               Wish wish)
    : parts_(std::make_shared<Parts>(host, port, rows, rate, std::move(wish))) {
    parts_->network->add(*parts_);
}

Client::~Client() {
    parts_->network->remove(*parts_);
    parts_->session.close();
}

void Client::process(const float* context, float* const* stems, int count) noexcept {
    auto& shared = parts_->shared;
    shared.context.write(context, count);
    // The context is on its way while the stems are added up.
    parts_->network->wake();
    const auto playhead = shared.playhead();
    for (int i = 0; i < most_taken; ++i) {
        const auto* incoming = shared.incoming.front();
        if (incoming == nullptr) break;
        parts_->player.apply(*incoming);
        shared.incoming.pop();
    }
    parts_->player.mute(shared.muted.load(std::memory_order_relaxed));
    parts_->player.read(playhead, stems, count);
    shared.silent.store(parts_->player.silent(), std::memory_order_relaxed);
    shared.late.store(parts_->player.late(), std::memory_order_relaxed);
    shared.block.store(count, std::memory_order_relaxed);
    shared.position.fetch_add(count, std::memory_order_release);
}

void Client::begin() {
    {
        const std::lock_guard<std::mutex> lock(parts_->mutex);
        parts_->session.begin();
    }
    parts_->network->wake();
}

void Client::change(const Wish& wish) {
    {
        const std::lock_guard<std::mutex> lock(parts_->mutex);
        parts_->session.change(wish);
    }
    parts_->network->wake();
}

void Client::set_latency(int samples) { parts_->shared.latency = samples < 0 ? 0 : samples; }

void Client::panic() { parts_->shared.muted = true; }

void Client::unmute() { parts_->shared.muted = false; }

Status Client::status() const {
    const std::lock_guard<std::mutex> lock(parts_->mutex);
    return parts_->session.status(monotonic_seconds());
}

}  // namespace sideman
