// A client's session with a server, without threads: it is given datagrams and the time, and sends
// through a socket. The twin of sideman.runtime.client.network of the Python client.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client.hpp"
#include "session/greeting.hpp"
#include "session/messages.hpp"
#include "session/repairs.hpp"
#include "session/sending.hpp"
#include "session/shared.hpp"

namespace sideman {

class Session {
public:
    Session(Shared& shared, Wish wish, Socket& socket, std::string host, int port);

    // Does what is due; tells when the next thing is, in seconds.
    double turn(double now);
    // Takes what has come.
    void receive(double now);
    // Says goodbye.
    void close();
    void begin();
    void change(const Wish& wish);
    Status status(double now) const;

private:
    // What was accepted.
    struct Playing {
        EpochKey key;
        std::vector<std::string> known;  // the model's stems, in the order of their numbers
        std::vector<int> row_of;         // by a stem's number: its row, or -1
        std::vector<int> number_of;      // by row: the stem's number, or -1
        Placement placement;
    };
    // A change or a jump that was asked for and is not confirmed yet.
    struct Pending {
        Control message;
        std::int32_t request = 0;
        bool jump = false;
        double due = 0;
    };

    bool tell(const Control& message);
    double greet(double now);
    void ask(double now);
    void ask_for(int step, int lead, double now);
    void beat(double now);
    void audio(const Packet& packet, double now);
    void control(const Control& message, double now);
    void accept(const Accept& accept, double now);
    void refused(const Refuse& refuse, double now);
    void follow(const Epoch& epoch, double now);
    void answered(const Beat& beat, double now);
    void leave(const std::string& reason, double now);
    void take_over(const std::string& stems, std::int64_t jump_at);
    void hand_over(Incoming incoming);
    bool flush();
    void note_landing(std::int64_t position, std::int64_t known, std::int64_t playhead);
    double landing() const;
    std::int32_t number() const;  // of the session that plays
    int row_of(const std::string& name) const;  // -1 for a stem that is none of the client's own
    std::uint64_t rows_of(const std::string& names) const;

    Shared& shared_;
    Wish wish_;
    Socket& socket_;
    Greeting greeting_;
    ContextSender sending_;
    Repairs repairs_;
    Messages messages_;
    std::optional<Playing> playing_;
    std::optional<Pending> pending_;
    bool begin_asked_ = false, change_asked_ = false;
    // What the audio thread must be told and has had no room for.
    std::deque<Incoming> waiting_;
    // Where the sound card was when last looked at, and since when it has been there.
    std::int64_t seen_ = -1;
    double seen_at_ = 0;
    double heard_ = 0, beaten_ = 0, round_trip_;
    bool measured_ = false;
    std::deque<std::pair<std::int32_t, double>> stamps_;
    std::deque<std::pair<std::int64_t, std::int64_t>> landings_;  // position, samples ahead of it
    std::int64_t repaired_ = 0, dropped_ = 0;
    std::int32_t advised_ = 0, context_lost_ = 0, context_repaired_ = 0;
    State engine_;
    Packet packet_;
};

}  // namespace sideman
