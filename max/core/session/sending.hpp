// The context on its way to the server: as it is played, and again what was lost.
#pragma once

#include <cstdint>
#include <functional>

#include "audio/placement.hpp"
#include "session/shared.hpp"
#include "wire/control.hpp"

namespace sideman {

// False where there is no room for it now.
using SendDatagram = std::function<bool(const Byte* data, std::size_t size)>;

class ContextSender {
public:
    ContextSender(Shared& shared, SendDatagram send);

    // A session begins, with its first epoch: send what its model's window holds of what was played
    // before the origin, as far as it is still there, and then go on. A model of another rate begins
    // with silence, and is sent nothing of it.
    void begin(std::uint32_t session, std::uint32_t epoch, const Placement& placement);
    // Send for this epoch from here on; what lies before its origin does not concern it.
    void follow(std::uint32_t session, std::uint32_t epoch, std::int64_t origin);
    // Begin at another position than behind what was sent.
    void begin_at(std::int64_t position);
    // Send what was played since, in parts; tells when the next part is due, in seconds, or a time
    // that never comes.
    double turn(double now);
    // Send what of the context was asked for and is still there; false where it is nonsense.
    bool again(const Resend& resend);

private:
    bool send(std::int64_t start, std::int64_t end, bool again);

    Shared& shared_;
    SendDatagram send_;
    std::uint32_t session_ = 0, epoch_ = 0;
    std::int64_t origin_ = 0, sent_ = 0;
    double due_ = 0;  // of the next part
    Packet packet_;
};

}  // namespace sideman
