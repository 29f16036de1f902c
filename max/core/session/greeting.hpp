// How a client finds a server that plays with it.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "client.hpp"
#include "net/resolver.hpp"
#include "net/socket.hpp"
#include "session/sending.hpp"
#include "session/shared.hpp"
#include "wire/control.hpp"

namespace sideman {

// Says hello until a session begins, also where it is sent on to.
class Greeting {
public:
    // The socket is connected by `turn`, which also sends through it.
    Greeting(Shared& shared, const Wish& wish, Socket& socket, std::string host, int port);

    // A number that no request had before.
    std::int32_t next_request() { return ++request_; }
    // Say something else next time: the wish has changed.
    void forget() { hello_.reset(); }
    // Looks the server up and says hello if it is due; tells when to be called again. `why` is set
    // where the server cannot be reached.
    double turn(double now, std::string& why);
    // Whether this is the number of the newest hello.
    bool answers(std::int32_t request) const { return hello_ && hello_->request == request; }
    // A session begins, with steps of so many samples; tells how long the answer took.
    double accepted(int step_samples, double now);
    // What to tell a performer whose system says that nobody listens there.
    std::string nobody_listens() const;
    // It was refused: ask again when it was told to, and from the position that it is then.
    void wait(const Refuse& refuse, double now);
    // The session is over: ask where it began, after a pause if the reason may stay. It does not
    // stay where another place may be free, unless that was asked for a moment ago.
    void leave(double now, bool pause);
    // Whether it was sent on to another server.
    bool elsewhere() const {
        return !away_host_.empty() && (away_host_ != host_ || away_port_ != port_);
    }
    // Say hello to another server; tells what is going on.
    std::string send_on(const Accept& accept, double now);

private:
    void go_home(double now);
    Hello make();
    std::int64_t origin() const;

    Shared& shared_;
    const Wish& wish_;
    Socket& socket_;
    const std::string host_;
    const int port_;
    Resolver resolver_;
    bool connected_ = false;
    std::int32_t request_ = 0;
    std::optional<Hello> hello_;
    std::string datagram_;
    double due_ = 0, over_ = 0, said_ = 0, away_until_ = -1, left_ = -1e18;
    std::string before_;  // why nothing played before a host was looked up
    bool looking_ = false;
    std::string away_host_, token_;
    int away_port_ = 0, hops_ = 0, step_samples_ = 0;
    std::minstd_rand chance_{std::random_device{}()};
};

// Seconds after which a refusal's offer lets a client ask again ("Say hello again in 5 s."), within
// bounds; nothing if it tells none.
std::optional<double> told_to_wait(const std::string& offer);

// Names with commas between them.
std::string joined(const std::vector<std::string>& names);
std::vector<std::string> split(const std::string& names);

}  // namespace sideman
