#include "net/socket.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace sideman {

namespace {

// What a server may send at once: a step of four stems.
constexpr int receive_buffer_bytes = 4 << 20, least_buffer_bytes = 64 << 10;

#ifdef _WIN32
// Winsock wants to be started once in a process, and counts how often it was.
void start_sockets() {
    static const int started = [] {
        WSADATA data;
        return WSAStartup(MAKEWORD(2, 2), &data);
    }();
    (void)started;
}
#else
void start_sockets() {}
#endif

// Nor does a program that the host starts keep it open.
bool set_nonblocking(Socket::Handle handle) {
#ifdef _WIN32
    u_long yes = 1;
    (void)SetHandleInformation(reinterpret_cast<HANDLE>(handle), HANDLE_FLAG_INHERIT, 0);
    return ioctlsocket(handle, FIONBIO, &yes) == 0;
#else
    const int flags = fcntl(handle, F_GETFL, 0);
    return flags >= 0 && fcntl(handle, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(handle, F_SETFD, FD_CLOEXEC) == 0;
#endif
}

void close_handle(Socket::Handle handle) {
#ifdef _WIN32
    closesocket(handle);
#else
    ::close(handle);
#endif
}

// Why a host was not found, in ASCII: Windows' own sentences are in the user's language and code page,
// and hosts take UTF-8.
std::string reason(int error) {
#ifdef _WIN32
    if (error == WSAHOST_NOT_FOUND || error == WSANO_DATA) return "no such host";
    if (error == WSATRY_AGAIN) return "no name server answers";
    return "Windows' error " + std::to_string(error);
#else
    return gai_strerror(error);
#endif
}

std::string find(const std::string& host, int port, int flags, Endpoint& endpoint) {
    start_sockets();
    if (port < 0 || port > 65535) return "There is no port " + std::to_string(port) + ".";
    addrinfo hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (error != 0 || found == nullptr) {
        return "The host '" + host + "' is not known: " + reason(error) + ".";
    }
    // A name may have several addresses: IPv4 first, for most servers listen there.
    const addrinfo* best = found;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        if (each->ai_family != AF_INET) continue;
        best = each;
        break;
    }
    endpoint = {};
    if (best->ai_addrlen <= sizeof endpoint.bytes) {
        endpoint.family = best->ai_family;
        endpoint.size = static_cast<unsigned>(best->ai_addrlen);
        std::memcpy(endpoint.bytes, best->ai_addr, best->ai_addrlen);
    }
    freeaddrinfo(found);
    return endpoint.family == 0 ? "The host '" + host + "' has no address that UDP reaches." : "";
}

}  // namespace

bool numeric_endpoint(const std::string& host, int port, Endpoint& endpoint) {
    return find(host == "localhost" ? "127.0.0.1" : host, port, AI_NUMERICHOST, endpoint).empty();
}

std::string look_up(const std::string& host, int port, Endpoint& endpoint) {
    return find(host, port, 0, endpoint);
}

Socket::~Socket() { close(); }

void Socket::close() noexcept {
    if (handle_ != none) close_handle(handle_);
    handle_ = none;
    to_ = {};
    refused_ = false;
}

bool Socket::open(int family) noexcept {
    handle_ = static_cast<Handle>(::socket(family, SOCK_DGRAM, 0));
    if (handle_ == none) return false;
    if (!set_nonblocking(handle_)) {
        close();
        return false;
    }
    // As much as the system gives. Linux gives less than is asked for, BSD and macOS refuse.
    for (int bytes = receive_buffer_bytes; bytes >= least_buffer_bytes; bytes /= 2) {
        if (setsockopt(handle_, SOL_SOCKET, SO_RCVBUF, reinterpret_cast<const char*>(&bytes),
                       sizeof bytes) == 0)
            break;
    }
    return true;
}

std::string Socket::connect(const Endpoint& endpoint) {
    start_sockets();
    const auto to_it = [&] {
        sockaddr_storage address = {};
        std::memcpy(&address, endpoint.bytes, endpoint.size);
        return ::connect(handle_, reinterpret_cast<const sockaddr*>(&address),
                         static_cast<socklen_t>(endpoint.size)) == 0;
    };
    const bool same = is_open() && to_.size == endpoint.size &&
                      std::memcmp(to_.bytes, endpoint.bytes, endpoint.size) == 0;
    // A socket keeps the address that it sends from, which leads to the old endpoint and perhaps
    // nowhere else: from loopback to no other machine, and after the machine has got another
    // address not even there.
    if (same && to_it()) return "";
    close();
    if (!open(endpoint.family)) return "The system gives no socket.";
    if (!to_it()) {
        close();
        return "There is no way to the server's address.";
    }
    to_ = endpoint;
    return "";
}

bool Socket::send(const void* data, std::size_t size) noexcept {
    if (!is_open()) return true;
#ifdef _WIN32
    return ::send(handle_, static_cast<const char*>(data), static_cast<int>(size), 0) >= 0 ||
           WSAGetLastError() != WSAEWOULDBLOCK;
#else
    auto sent = ::send(handle_, data, size, 0);
    // It may tell of what was sent before, and does not send then.
    if (sent < 0 && errno == ECONNREFUSED) {
        refused_ = true;
        sent = ::send(handle_, data, size, 0);
    }
    // ENOBUFS: as macOS says it.
    return sent >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS);
#endif
}

Socket::Received Socket::receive(void* data, std::size_t& size) noexcept {
    if (!is_open()) return Received::nothing;
    if (refused_) {
        refused_ = false;
        return Received::refused;
    }
#ifdef _WIN32
    const int count = ::recv(handle_, static_cast<char*>(data), static_cast<int>(size), 0);
    if (count == SOCKET_ERROR) {
        const int error = WSAGetLastError();
        if (error == WSAEMSGSIZE) return Received::datagram;  // cut: it is none of ours
        return error == WSAECONNRESET || error == WSAENETRESET ? Received::refused
                                                               : Received::nothing;
    }
    size = static_cast<std::size_t>(count);
#else
    const auto count = ::recv(handle_, data, size, 0);
    if (count < 0) return errno == ECONNREFUSED ? Received::refused : Received::nothing;
    size = static_cast<std::size_t>(count);
#endif
    return Received::datagram;
}

Waker::Waker() {
    // Two UDP sockets on loopback, connected to one another: the same on all systems, and a full
    // one blocks nobody.
    Endpoint any;
    if (!numeric_endpoint("127.0.0.1", 0, any)) return;
    Socket* both[2] = {&out_, &in_};
    sockaddr_storage at[2] = {};
    for (int i = 0; i < 2; ++i) {
        auto* address = reinterpret_cast<sockaddr*>(&at[i]);
        std::memcpy(address, any.bytes, any.size);
        auto size = static_cast<socklen_t>(sizeof at[i]);
        if (!both[i]->open(any.family) ||
            ::bind(both[i]->handle(), address, static_cast<socklen_t>(any.size)) != 0 ||
            getsockname(both[i]->handle(), address, &size) != 0) {
            out_.close();
            return;
        }
    }
    for (int i = 0; i < 2; ++i) {
        if (::connect(both[i]->handle(), reinterpret_cast<const sockaddr*>(&at[1 - i]),
                      static_cast<socklen_t>(any.size)) != 0) {
            out_.close();
            return;
        }
    }
}

void Waker::wake() noexcept { in_.send("", 1); }

void Waker::drain() noexcept {
    char buffer[16];
    std::size_t size = sizeof buffer;
    while (out_.receive(buffer, size) != Socket::Received::nothing) size = sizeof buffer;
}

void wait(const Socket::Handle* handles, std::size_t count, double seconds) noexcept {
    const int milliseconds =
        seconds <= 0 ? 0 : static_cast<int>(std::min(seconds, 60.0) * 1000 + 0.999);
#ifdef _WIN32
    using Polled = WSAPOLLFD;
#else
    using Polled = pollfd;
#endif
    // Never select: a host that holds many descriptors is beyond what it can look at.
    constexpr std::size_t most = 1025;
    Polled polled[most];
    std::size_t open = 0;
    for (std::size_t i = 0; i < count && open < most; ++i) {
        if (handles[i] == Socket::none) continue;
        polled[open] = {};
        polled[open].fd = handles[i];
        polled[open++].events = POLLIN;
    }
#ifdef _WIN32
    // Without any it would return at once, and whoever calls in a loop would take a whole processor.
    if (open == 0 || WSAPoll(polled, static_cast<ULONG>(open), milliseconds) == SOCKET_ERROR)
        Sleep(static_cast<DWORD>(milliseconds));
#else
    (void)::poll(polled, static_cast<nfds_t>(open), milliseconds);
#endif
}

double monotonic_seconds() noexcept {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace sideman
