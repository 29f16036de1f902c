// The one network thread of a process, which all clients share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "net/socket.hpp"

namespace sideman {

// What the thread serves. A system tells which socket a killed server was behind only where each is
// connected to its own, and a server tells its clients apart by their addresses: so each member has
// a socket, and the thread is what is shared.
class Member {
public:
    virtual ~Member() = default;
    // Does what is due; tells when to be called again, in seconds on `monotonic_seconds`. It is
    // also called whenever its socket is readable or somebody has woken the thread. What it throws
    // does not end the thread: it is called again a little later.
    virtual double turn(double now) = 0;
    virtual Socket::Handle handle() const = 0;  // or Socket::none
};

class Network {
public:
    // The process's network; its thread ends, and is waited for, when the last one lets go of it.
    static std::shared_ptr<Network> get();

    Network();
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    void add(Member& member);
    // Afterwards the thread does not use it any more; not from the thread itself.
    void remove(Member& member);
    // Any thread, the audio thread too: takes no lock.
    void wake() noexcept;

private:
    void run();

    Waker waker_;
    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<Member*> members_;
    Member* busy_ = nullptr;  // whose turn it is
    std::atomic<bool> awake_{false};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace sideman
