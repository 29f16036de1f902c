// Clients as an object plays them, made and ended on a thread of their own: that takes tens of
// milliseconds and of megabytes, and in Pure Data messages come on the thread of the audio.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "client.hpp"

namespace sideman {

// What a client cannot change while it plays: another value needs another client.
struct Place {
    std::string host;
    int port = 0, rate = 0;
    std::string margin, bundle;
    int turn = 0;  // raised by every `stop`, so that what starts again is another session
    auto key() const { return std::tie(host, port, rate, margin, bundle, turn); }
    bool operator==(const Place& other) const { return key() == other.key(); }
};

// A client, and the memory in which blocks are turned into its format and back. Both go together,
// so that the audio thread never meets one without the other.
struct Session {
    // `block`: samples of the host's blocks; longer ones are played in parts. Throws as Client.
    Session(const Place& where, const std::vector<std::string>& rows, const Wish& asked, int block);

    const Place place;
    Wish wish;  // as the client was told last
    const int capacity, ramp;
    std::vector<float> context, factors, played;
    std::vector<float*> planes;
    std::atomic<bool> closing{false};  // fade out, and stay silent
    std::atomic<bool> quiet{true};     // nothing was heard in the last block
    std::chrono::steady_clock::time_point closing_since;
    Client client;
};

// One session is made or ended at a time, because only when one has said goodbye may the next one
// say hello. Main side; nothing waits but the destructor, which lets what is under way end.
class Making {
public:
    // Neither while it is busy.
    void make(const Place& place, const std::vector<std::string>& rows, const Wish& wish,
              int block);
    void end(std::unique_ptr<Session> session);

    // Until `take` has been called for what was made or ended.
    bool busy() const { return result_.valid(); }
    // Whether `take` would not wait.
    bool done() const;
    // What was made; nullptr after an end. Waits. Throws what a session throws.
    std::unique_ptr<Session> take() { return result_.get(); }

private:
    std::future<std::unique_ptr<Session>> result_;  // its destructor joins the thread
};

}  // namespace sideman
