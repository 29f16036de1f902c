// A UDP socket that does not block, on Linux, macOS and Windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sideman {

// A numeric address with its port, ready to connect to. Large enough for IPv4 and IPv6.
struct Endpoint {
    int family = 0;  // 0: none
    unsigned size = 0;
    alignas(8) unsigned char bytes[32] = {};
};

// "127.0.0.1", "::1", or "localhost", which is taken for 127.0.0.1; nothing is looked up, so it
// never waits. False where the host is a name.
bool numeric_endpoint(const std::string& host, int port, Endpoint& endpoint);
// Looks a name up, which may take seconds. Returns an empty string, or why it is not known.
std::string look_up(const std::string& host, int port, Endpoint& endpoint);

class Socket {
public:
#ifdef _WIN32
    using Handle = std::uintptr_t;
    static constexpr Handle none = ~static_cast<Handle>(0);
#else
    using Handle = int;
    static constexpr Handle none = -1;
#endif
    enum class Received { datagram, nothing, refused };

    Socket() = default;
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    // Connects, anew if need be: then the system tells when nobody listens there, and what others
    // send does not arrive. To the same endpoint again, it keeps its port where it can; what has
    // come from another one is gone. Returns an empty string, or what is wrong.
    std::string connect(const Endpoint& endpoint);
    bool is_open() const noexcept { return handle_ != none; }
    Handle handle() const noexcept { return handle_; }
    void close() noexcept;

    // What cannot be sent counts as lost, as on a network. False where the system only has no room
    // for it now: the same may be sent a moment later.
    bool send(const void* data, std::size_t size) noexcept;
    // `size`: of the buffer, then of the datagram. Refused: nobody listens at the other end.
    Received receive(void* data, std::size_t& size) noexcept;

private:
    friend class Waker;
    bool open(int family) noexcept;


    Handle handle_ = none;
    Endpoint to_;           // what it is connected to
    bool refused_ = false;  // what a send was told, and the next receive tells
};

// A pair that wakes a thread which waits in `wait`. Waking takes one system call at the most, and
// none while the thread is awake anyway.
class Waker {
public:
    Waker();
    bool is_open() const noexcept { return in_.is_open() && out_.is_open(); }
    Socket::Handle handle() const noexcept { return out_.handle(); }
    void wake() noexcept;
    void drain() noexcept;

private:
    Socket in_, out_;
};

// Waits until one of the handles is readable, or for so many seconds.
void wait(const Socket::Handle* handles, std::size_t count, double seconds) noexcept;

// Seconds that only increase.
double monotonic_seconds() noexcept;

}  // namespace sideman
