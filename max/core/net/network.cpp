#include "net/network.hpp"

#include <algorithm>

#ifdef _WIN32
#include <windows.h>
#include <timeapi.h>  // behind what it needs
#endif

namespace sideman {

namespace {
// So often the thread looks around where nothing could wake it.
constexpr double longest_wait = 0.5;
constexpr double shortest_wait = 0.02;
// After an error of its own a member is called again so many seconds later.
constexpr double pause_seconds = 0.1;

// While it lives, waits end within a millisecond. Windows otherwise looks at its timers every 15.6
// milliseconds, and what is missing is asked for again after 10.
struct FineTimers {
#ifdef _WIN32
    FineTimers() { timeBeginPeriod(1); }
    ~FineTimers() { timeEndPeriod(1); }
    FineTimers(const FineTimers&) = delete;
    FineTimers& operator=(const FineTimers&) = delete;
#endif
};

// Nothing may end the thread, for then the band would be gone, and the host with it.
double turn_of(Member& member, double now) noexcept {
    try {
        return member.turn(now);
    } catch (...) {
        return now + pause_seconds;
    }
}
}  // namespace

std::shared_ptr<Network> Network::get() {
    static std::mutex mutex;
    static std::weak_ptr<Network> network;
    const std::lock_guard<std::mutex> lock(mutex);
    auto found = network.lock();
    if (!found) network = found = std::make_shared<Network>();
    return found;
}

Network::Network() : thread_([this] { run(); }) {}

Network::~Network() {
    ending_ = true;
    wake();
    thread_.join();
}

void Network::add(Member& member) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        members_.push_back(&member);
    }
    wake();
}

void Network::remove(Member& member) {
    std::unique_lock<std::mutex> lock(mutex_);
    members_.erase(std::remove(members_.begin(), members_.end(), &member), members_.end());
    idle_.wait(lock, [&] { return busy_ != &member; });
    lock.unlock();
    // It waits for a socket that is going to be closed, and whose number may become a stranger's.
    wake();
}

void Network::wake() noexcept {
    // Only the first one after the thread has gone to sleep makes a system call.
    if (!awake_.exchange(true)) waker_.wake();
}

void Network::run() {
    [[maybe_unused]] const FineTimers fine;
    std::vector<Member*> members;
    std::vector<Socket::Handle> handles;
    while (!ending_) {
        // Both exchanges read what `wake` has written, so what was handed over before is seen; from
        // the second one on, whoever has something to do wakes the thread again.
        awake_.exchange(true);
        waker_.drain();
        awake_.exchange(false);
        if (ending_) break;  // who has said so may have found it awake
        double due = monotonic_seconds() + longest_wait;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            members = members_;
        }
        handles.assign(1, waker_.handle());
        for (auto* member : members) {
            {
                const std::lock_guard<std::mutex> lock(mutex_);
                if (std::find(members_.begin(), members_.end(), member) == members_.end()) continue;
                busy_ = member;
            }
            due = std::min(due, turn_of(*member, monotonic_seconds()));
            const auto handle = member->handle();
            if (handle != Socket::none) handles.push_back(handle);
            {
                const std::lock_guard<std::mutex> lock(mutex_);
                busy_ = nullptr;
            }
            idle_.notify_all();
        }
        double seconds = due - monotonic_seconds();
        // Without a way to be woken, it looks often enough.
        if (!waker_.is_open()) seconds = std::min(seconds, shortest_wait);
        wait(handles.data(), handles.size(), seconds);
    }
}

}  // namespace sideman
