#include "session/sending.hpp"

#include <algorithm>
#include <utility>

#include "wire/resends.hpp"

namespace sideman {

namespace {
// Packets of context that are sent at a time: what a stock socket holds, with room left.
constexpr int burst = 48;
// While more is left, the next part follows so many seconds later, whatever wakes the thread before:
// a server in Python takes a window no faster, and what it has no room for is lost.
constexpr double part_seconds = 0.002;
// Packets that one request can have sent again.
constexpr int most_again = 32;
constexpr std::int64_t most = most_samples(Format::float32);
// Of the longest window, in the model's samples.
constexpr std::int64_t window_samples = std::int64_t{most_columns} * column_samples;
}  // namespace

ContextSender::ContextSender(Shared& shared, SendDatagram send)
    : shared_(shared), send_(std::move(send)) {}

void ContextSender::begin(std::uint32_t session, std::uint32_t epoch, const Placement& placement) {
    follow(session, epoch, placement.origin);
    sent_ = placement.origin;
    if (placement.up != placement.down) return;
    const auto oldest = std::max(placement.origin - window_samples, shared_.context.start());
    sent_ = std::min(oldest, placement.origin);
}

void ContextSender::follow(std::uint32_t session, std::uint32_t epoch, std::int64_t origin) {
    session_ = session;
    epoch_ = epoch;
    origin_ = origin;
}

void ContextSender::begin_at(std::int64_t position) { sent_ = position; }

double ContextSender::turn(double now) {
    if (now < due_) return due_;
    due_ = 0;
    sent_ = std::max(sent_, shared_.context.start());
    for (int i = 0; i < burst; ++i) {
        const auto end = std::min(shared_.context.end(), sent_ + most);
        if (end <= sent_) return 1e18;
        // What was sent before rides along where there is room.
        const auto start = std::max({end - most, origin_, shared_.context.start()});
        // A slower network has no room, and nothing of a window is asked for again.
        if (!send(std::min(start, sent_), end, false)) break;
        sent_ = end;
    }
    return due_ = now + part_seconds;
}

bool ContextSender::again(const Resend& resend) {
    std::vector<Wanted> wanted;
    if (!unpack(resend.entries, wanted)) return false;
    int left = most_again;
    for (const auto& each : wanted) {
        if (each.stem != context_stem) continue;
        for (const auto& [low, high] : each.ranges()) {
            const auto start = std::max(low, shared_.context.start());
            const auto end = std::min(high, sent_);
            for (auto at = start; at < end; at += most) {
                if (left-- == 0) return true;
                send(at, std::min(end, at + most), true);
            }
        }
    }
    return true;
}

bool ContextSender::send(std::int64_t start, std::int64_t end, bool again) {
    packet_.session = session_;
    packet_.epoch = epoch_;
    packet_.position = start;
    packet_.step = 0;
    packet_.stem = context_stem;
    packet_.format = Format::float32;
    packet_.again = again;
    packet_.count = static_cast<int>(end - start);
    // The callback may just have let go of it.
    if (!shared_.context.read(start, packet_.samples, packet_.count)) return true;
    Byte datagram[max_datagram];
    const auto size = write_packet(packet_, datagram);
    return size == 0 || send_(datagram, size);
}

}  // namespace sideman
