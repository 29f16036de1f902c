#include "session/greeting.hpp"

#include <algorithm>
#include <utility>

namespace sideman {

namespace {
constexpr double hello_seconds = 0.25;
// A hello is made anew, with the present position, after so many seconds.
constexpr double anew_seconds = 0.6;
// One that was refused is followed by another after so many seconds, unless the refusal says when;
// while the model loads, much sooner: on stage, somebody waits for the band.
constexpr double again_seconds = 1.0, loading_seconds = 0.05;
// Whoever is told when to ask again waits so long at the least and the most, and up to a tenth
// longer, so that not all who were told the same come at once.
constexpr double shortest_seconds = 0.05, longest_seconds = 30.0, jitter = 0.1;
// While a name is looked up, and after it was not found.
constexpr double looking_seconds = 0.05, unknown_seconds = 2.0;
// Columns of a step, and the rate that they are counted at, for a server that is not known yet.
constexpr int usual_step = 4, usual_rate = 44100;
// Whoever was sent on and hears nothing there for so many seconds asks where it began: six hellos.
constexpr double away_seconds = 1.5;
// Whoever comes back from where it was sent asks at once, because the front door knows of other
// places; but with a pause if it came back less than so many seconds ago.
constexpr double calm_seconds = 3.0;
// So often a client lets itself be sent on before it asks where it began.
constexpr int most_hops = 4;
constexpr const char* client_name = "sideman~ " SIDEMAN_VERSION;
}  // namespace

Greeting::Greeting(Shared& shared, const Wish& wish, Socket& socket, std::string host, int port)
    : shared_(shared), wish_(wish), socket_(socket), host_(std::move(host)), port_(port) {}

double Greeting::turn(double now, std::string& why) {
    if (away_until_ >= 0 && now >= away_until_) go_home(now);
    if (!connected_) {
        if (now < due_) return due_;
        const bool away = !away_host_.empty();
        const auto& host = away ? away_host_ : host_;
        if (!resolver_.pending()) resolver_.begin(host, away ? away_port_ : port_);
        Endpoint endpoint;
        std::string error;
        if (!resolver_.take(endpoint, error)) {
            if (!looking_) before_ = why;
            looking_ = true;
            why = "Looking up " + host + ".";
            return now + looking_seconds;
        }
        if (error.empty()) error = socket_.connect(endpoint);
        if (!error.empty()) {
            if (!looking_) before_ = why;
            looking_ = !away;  // home is known, so this is why nothing plays
            why = error;
            if (away) go_home(now);
            return due_ = now + unknown_seconds;
        }
        connected_ = true;
        if (looking_) why = before_;
        looking_ = false;
    }
    if (now >= due_) {
        if (!hello_ || now >= over_) {
            over_ = now + anew_seconds;
            hello_ = make();
            datagram_ = write_control(*hello_);
        }
        if (datagram_.empty()) {
            // The names of stems, or the token of whoever sent it here.
            why = "What is to be said to the server fits into no datagram.";
            if (!away_host_.empty()) go_home(now);
            return due_ = now + unknown_seconds;
        }
        socket_.send(datagram_.data(), datagram_.size());
        said_ = now;
        due_ = now + hello_seconds;
    }
    return due_;
}

double Greeting::accepted(int step_samples, double now) {
    step_samples_ = step_samples;
    return now - said_;
}

void Greeting::wait(const Refuse& refuse, double now) {
    const bool loading = refuse.code == "loading";
    // Whoever was sent on asks where it began, which may know of another place.
    if (away_until_ >= 0 && !loading) return leave(now, true);
    double pause = loading ? loading_seconds : again_seconds;
    if (const auto told = told_to_wait(refuse.offer))
        pause = *told * (1 + std::uniform_real_distribution<>(0, jitter)(chance_));
    due_ = now + pause;
    over_ = now;
    if (away_until_ >= 0) away_until_ = now + pause + away_seconds;
}

std::string Greeting::nobody_listens() const {
    const bool away = !away_host_.empty();
    return "Nobody listens on " + (away ? away_host_ : host_) + ":" +
           std::to_string(away ? away_port_ : port_) + ". Does sideman serve run there?";
}

void Greeting::go_home(double now) {
    if (!away_host_.empty()) {
        connected_ = false;
        resolver_.cancel();  // it may still look for where it was sent on to
    }
    away_host_.clear();
    token_.clear();
    hops_ = 0;
    away_until_ = -1;
    hello_.reset();
    due_ = now;
    over_ = 0;
}

void Greeting::leave(double now, bool pause) {
    const bool at_once = elsewhere() && now - left_ >= calm_seconds;
    left_ = now;
    go_home(now);
    // A server that was started again elsewhere is found by its name.
    connected_ = false;
    due_ = now + (pause && !at_once ? again_seconds : 0);
}

std::string Greeting::send_on(const Accept& accept, double now) {
    const auto shown = accept.host + ":" + std::to_string(accept.port);
    if (++hops_ > most_hops) {
        const auto text = "Sent on " + std::to_string(hops_) + " times, at last to " + shown + ".";
        leave(now, true);
        return text;
    }
    if (accept.port < 1 || accept.port > 65535) {
        leave(now, true);
        return "Sent on to " + shown + ", which is no address.";
    }
    away_host_ = accept.host;
    away_port_ = accept.port;
    token_ = accept.token;
    away_until_ = now + away_seconds;
    resolver_.cancel();
    connected_ = false;
    hello_.reset();
    due_ = now;
    over_ = 0;
    return "Sent on to " + shown + ".";
}

std::int64_t Greeting::origin() const {
    // A step ago, if that was heard: then the server begins at once, not after a step.
    std::int64_t step = step_samples_;
    if (step == 0) {
        const int columns = wish_.step > 0 ? wish_.step : usual_step;
        step = std::int64_t{columns} * column_samples * shared_.rate / usual_rate;
    }
    const auto position = shared_.position.load(std::memory_order_acquire);
    const auto origin = position - step;
    return origin >= std::max<std::int64_t>(0, shared_.context.start()) ? origin : position;
}

Hello Greeting::make() {
    Hello hello;
    hello.request = next_request();
    hello.rate = shared_.rate;
    hello.block = shared_.block.load(std::memory_order_relaxed);
    hello.step = wish_.step;
    hello.lead = wish_.lead;
    hello.format = wish_.int16 ? 1 : 0;
    hello.stems = joined(wish_.stems);
    hello.margin = wish_.margin;
    hello.client = client_name;
    hello.token = token_;
    hello.origin = origin();
    return padded(std::move(hello), wish_.bundle);
}

std::optional<double> told_to_wait(const std::string& offer) {
    const std::string in = " in ";
    for (auto at = offer.find(in); at != std::string::npos; at = offer.find(in, at)) {
        at += in.size();
        // By hand: what a number looks like must not depend on the host's language.
        double seconds = 0, unit = 1;
        bool whole = true;
        auto next = at;
        for (; next < offer.size() && next < at + 12; ++next) {
            const char c = offer[next];
            if (c == '.' && whole && next > at) {
                whole = false;
            } else if (c < '0' || c > '9') {
                break;
            } else if (whole) {
                seconds = seconds * 10 + (c - '0');
            } else {
                unit /= 10;
                seconds += (c - '0') * unit;
            }
        }
        const char behind = next + 2 < offer.size() ? offer[next + 2] : '.';
        const bool word = behind >= 'a' && behind <= 'z';  // "stems" begins with an s, too
        if (next > at && !word && offer.compare(next, 2, " s") == 0)
            return std::clamp(seconds, shortest_seconds, longest_seconds);
    }
    return std::nullopt;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
    return text;
}

std::vector<std::string> split(const std::string& names) {
    std::vector<std::string> found;
    std::size_t at = 0;
    while (!names.empty() && at <= names.size()) {
        const auto comma = std::min(names.find(',', at), names.size());
        found.push_back(names.substr(at, comma - at));
        at = comma + 1;
    }
    return found;
}

}  // namespace sideman
