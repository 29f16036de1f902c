// A server on a thread of its own that plays a tone on every stem: for tests and measurements of a
// whole client. It hears the context, and sends each step as soon as its boundary has come.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>

#include "audio/placement.hpp"
#include "peer.hpp"

namespace sideman::tests {

class Band {
public:
    Band() : thread_([this] { run(); }) {}
    ~Band() {
        over_ = true;
        thread_.join();
    }
    Band(const Band&) = delete;
    Band& operator=(const Band&) = delete;

    int port() const { return peer_.port(); }
    // Packets of stems that were sent.
    long sent() const { return sent_; }
    // Of so many packets one is lost; 0 for none.
    void lose(int each) { lose_ = each; }

private:
    void run() {
        for (std::string datagram; !over_;) {
            if (!peer_.receive(datagram, 0.01)) continue;
            if (is_audio(bytes_of(datagram), datagram.size())) {
                if (read_packet(bytes_of(datagram), datagram.size(), packet_) == nullptr) heard();
                continue;
            }
            Control message;
            if (!read_control(bytes_of(datagram), datagram.size(), message).empty()) continue;
            if (const auto* hello = std::get_if<Hello>(&message)) {
                begin(accepting(*hello), *hello);
            } else if (const auto* beat = std::get_if<Beat>(&message)) {
                auto answer = *beat;
                answer.lost = answer.repaired = answer.late = answer.measured = 0;
                peer_.send(Control(answer));
            } else if (const auto* change = std::get_if<Change>(&message)) {
                change_to(*change);
            }
        }
    }
    void begin(Accept accept, const Hello& hello) {
        accept.known = hello.stems;
        stems_ = static_cast<int>(std::count(hello.stems.begin(), hello.stems.end(), ',')) + 1;
        epoch_ = accept.epoch;
        place_ = {};
        place_.origin = accept.origin;
        place_.step = accept.step;
        place_.lead = accept.lead;
        place_.overlap = accept.overlap;
        set_rates(place_, hello.rate, accept.model_rate);
        step_ = 0;
        peer_.send(Control(accept));
    }
    void change_to(const Change& change) {
        if (change.request != answered_.request) {
            place_.origin = place_.context_end(step_);
            place_.step = change.step;
            place_.lead = change.lead;
            step_ = 0;
            answered_ = {change.session, change.request, ++epoch_,     change.step,
                         change.lead,    place_.overlap, change.stems, place_.origin};
        }
        peer_.send(Control(answered_));
    }
    void heard() {
        while (packet_.position + packet_.count >= place_.boundary(step_)) play(step_++);
    }
    void play(std::int64_t step) {
        Packet stem;
        stem.session = 7;
        stem.epoch = static_cast<std::uint32_t>(epoch_);
        stem.step = static_cast<std::uint32_t>(step);
        std::fill(std::begin(stem.samples), std::end(stem.samples), 0.1f);
        const auto end = place_.end(step);
        for (auto at = place_.start(step); at < end; at += stem.count) {
            stem.position = at;
            stem.count = static_cast<int>(std::min<std::int64_t>(288, end - at));
            for (int number = 0; number < stems_; ++number) {
                stem.stem = static_cast<std::uint8_t>(number);
                ++sent_;
                if (lose_ == 0 || sent_ % lose_ != 0) peer_.send(stem);
            }
        }
    }

    Peer peer_;
    Packet packet_;
    Placement place_;
    Epoch answered_;
    int stems_ = 0, epoch_ = 1;
    std::int64_t step_ = 0;
    std::atomic<long> sent_{0};
    std::atomic<int> lose_{0};
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace sideman::tests
