// A UDP socket on loopback that plays the server of a test.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

#include "net/socket.hpp"
#include "wire/control.hpp"

namespace sideman::tests {

// Whether Wine stands for Windows. Of version 8 two things are known: a connected UDP socket does not
// hear that nobody listens at the other end, neither from WSAPoll nor afterwards from recv; and of two
// threads that send on one socket at the same time one may be told WSAEWOULDBLOCK, though there is room.
inline bool in_wine() {
#ifdef _WIN32
    const auto system = GetModuleHandleA("ntdll.dll");
    return system != nullptr && GetProcAddress(system, "wine_get_version") != nullptr;
#else
    return false;
#endif
}

// Whoever spoke last is who is answered.
class Peer {
public:
    // A port of 0 is any that is free.
    explicit Peer(int wanted = 0) {
        Endpoint at;  // which also starts Windows' sockets
        if (!numeric_endpoint("127.0.0.1", wanted, at)) throw std::runtime_error("no loopback");
        handle_ = static_cast<Socket::Handle>(::socket(AF_INET, SOCK_DGRAM, 0));
        const int room = 1 << 22;
        (void)setsockopt(handle_, SOL_SOCKET, SO_RCVBUF, reinterpret_cast<const char*>(&room),
                         sizeof room);
        sockaddr_in address = {};
        auto size = static_cast<socklen_t>(sizeof address);
        auto* any = reinterpret_cast<sockaddr*>(&address);
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(wanted));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(handle_, any, size) != 0 || getsockname(handle_, any, &size) != 0)
            throw std::runtime_error("no socket");
        port_ = ntohs(address.sin_port);
    }
    ~Peer() {
#ifdef _WIN32
        closesocket(handle_);
#else
        ::close(handle_);
#endif
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    int port() const { return port_; }

    // The next datagram, if one comes within so many seconds.
    bool receive(std::string& datagram, double seconds = 0) {
        wait(&handle_, 1, seconds);
        char data[2048];
        auto size = static_cast<socklen_t>(sizeof who_);
#ifdef _WIN32
        u_long there = 0;
        if (ioctlsocket(handle_, FIONREAD, &there) != 0 || there == 0) return false;
        const auto count = ::recvfrom(handle_, data, sizeof data, 0,
                                      reinterpret_cast<sockaddr*>(&who_), &size);
#else
        const auto count = ::recvfrom(handle_, data, sizeof data, MSG_DONTWAIT,
                                      reinterpret_cast<sockaddr*>(&who_), &size);
#endif
        if (count < 0) return false;
        datagram.assign(data, static_cast<std::size_t>(count));
        return true;
    }
    void send(const std::string& datagram) const {
#ifdef _WIN32
        const auto size = static_cast<int>(datagram.size());
#else
        const auto size = datagram.size();
#endif
        (void)!::sendto(handle_, datagram.data(), size, 0,
                        reinterpret_cast<const sockaddr*>(&who_), sizeof who_);
    }
    void send(const Control& message) const { send(write_control(message)); }
    void send(const Packet& packet) const {
        Byte data[max_datagram];
        send(std::string(reinterpret_cast<const char*>(data), write_packet(packet, data)));
    }
    // The port that spoke last.
    int who() const { return ntohs(who_.sin_port); }

private:
    Socket::Handle handle_ = Socket::none;
    int port_ = 0;
    sockaddr_in who_ = {};
};

// A port on which nobody listens.
inline int deserted_port() { return Peer().port(); }

inline const Byte* bytes_of(const std::string& datagram) {
    return reinterpret_cast<const Byte*>(datagram.data());
}

// What has come since, by kind; what is not exactly as the protocol says is counted.
struct Come {
    explicit Come(Peer& peer) {
#ifdef __linux__
        constexpr double seconds = 0;  // loopback hands over at once
#else
        constexpr double seconds = 0.005;
#endif
        for (std::string datagram; peer.receive(datagram, seconds);) {
            if (is_audio(bytes_of(datagram), datagram.size())) {
                packets.emplace_back();
                if (read_packet(bytes_of(datagram), datagram.size(), packets.back()) != nullptr)
                    ++wrong;
                continue;
            }
            messages.emplace_back();
            if (!read_control(bytes_of(datagram), datagram.size(), messages.back()).empty())
                ++wrong;
        }
    }
    template <typename Message>
    std::vector<Message> all() const {
        std::vector<Message> found;
        for (const auto& each : messages)
            if (const auto* message = std::get_if<Message>(&each)) found.push_back(*message);
        return found;
    }

    std::vector<Packet> packets;
    std::vector<Control> messages;
    int wrong = 0;
};

inline Accept accepting(const Hello& hello, std::int32_t session = 7) {
    Accept accept;
    accept.request = hello.request;
    accept.version = 1;
    accept.session = session;
    accept.epoch = 1;
    accept.step = hello.step > 0 ? hello.step : 4;
    accept.lead = hello.lead > 0 ? hello.lead : 4;
    accept.overlap = 882;
    accept.model_rate = 44100;
    accept.stems = hello.stems;
    accept.known = "bass,drums,guitar,piano";
    accept.origin = hello.origin;
    return accept;
}

}  // namespace sideman::tests
