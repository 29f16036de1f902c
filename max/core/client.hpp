// A client of the native protocol, as a host's object uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace sideman {

struct Wish {
    std::vector<std::string> stems;  // that are to play, of the client's own
    int step = 0;                    // columns of a cycle; 0 leaves it to the server
    int lead = 0;                    // columns; 0 follows the server's advice
    std::string margin = "normal";   // "tight", "normal" or "safe"
    bool int16 = false;              // receive stems in half the bytes
    std::string bundle;              // its name; empty for the server's first or only one

    auto key() const { return std::tie(stems, step, lead, margin, int16, bundle); }
    bool operator!=(const Wish& other) const { return key() != other.key(); }
};

// What a performer's screen shows; as sideman.runtime.client.status of the Python client.
struct Status {
    std::string state = "connecting";  // "connecting", "playing" or "closed"
    std::string text;                  // why it does not play, or the newest warning or error
    std::string refused;               // code of the refusal that keeps it from playing
    std::string engine;                // "loading", "ready" or "degraded"
    std::vector<std::string> known;    // all stems of the model
    int session = 0;                   // its number; 0 while none plays
    int step = 0, lead = 0;            // columns, as accepted
    int advised = 0;                   // the smallest lead that would suffice; 0 for unknown
    double ahead = 0;                  // seconds that the band plays ahead of what it knows
    double landing = 0;                // seconds between stems' arrival and their playing (p1)
    double round_trip = 0;             // seconds
    double percent = 100;              // of loading
    std::int64_t lost = 0, late = 0, repaired = 0;           // samples of stems
    std::int64_t context_lost = 0, context_repaired = 0;     // samples of the context
    std::int64_t dropped = 0;  // packets that the audio thread did not take: audio is off
};

// Sends what is played and receives what plays along, by position. `process` is called from the
// audio callback; everything else happens on the process's one network thread (net/network.hpp). A
// server that is not there, or goes, is asked again until it is: meanwhile the stems are silent.
class Client {
public:
    // Allocates everything that the audio callback will need, and begins to ask for the server. A
    // host's name is looked up on a thread of its own. `rows`: names of all stems that the object
    // has outlets for; at most 64, and those beyond are left as they are. Throws what the system
    // throws where there is no memory or no thread, and std::invalid_argument for a rate in Hz that
    // no sound card has.
    Client(const std::string& host, int port, const std::vector<std::string>& rows, int rate,
           Wish wish);
    // Says goodbye; returns as soon as the network thread has let go, within milliseconds.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Audio thread: hands over what was played and fills stems[row][0..count), count >= 1. No lock,
    // no allocation, no system call but waking the network thread.
    void process(const float* context, float* const* stems, int count) noexcept;

    // Any thread but the audio thread.
    void begin();                     // the host was reset or has jumped
    void change(const Wish& wish);    // from the next boundary on
    void set_latency(int samples);    // stems are read so much ahead
    void panic();                     // silence at once, with a fade of 3 ms, until unmute
    void unmute();
    Status status() const;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

}  // namespace sideman
