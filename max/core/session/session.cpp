#include "session/session.hpp"

#include <algorithm>
#include <cmath>

namespace sideman {

namespace {
// Until an accepted change or jump is confirmed, it is asked for again.
constexpr double pending_seconds = 0.25;
constexpr double beat_seconds = 0.5;
// A server that says nothing for so long is gone; sooner, where a front door may know another.
constexpr double silent_seconds = 2.0, sent_on_silent_seconds = 1.25;
// A round trip, until one has been measured.
constexpr double guessed_seconds = 0.1;
// Rates that a model may have.
constexpr int lowest_rate = 4000, highest_rate = 768000;
// Seconds in which it is remembered where packets landed, and the most of these.
constexpr int landing_seconds = 10;
constexpr std::size_t most_landings = 1 << 14;
// What lies farther from the playhead concerns nobody: the longest step and lead take 12 s.
constexpr int near_seconds = 16;
// A sound card that has stood still for so many seconds is off; no block takes so long.
constexpr double off_seconds = 0.5;
// While it is off, and there is no room for what the audio thread is to be told.
constexpr double room_seconds = 0.02;
// Of what it is to be told then, so much is kept.
constexpr std::size_t most_waiting = 8;
// Datagrams that one turn takes, so that sending is not put off for ever.
constexpr int most_received = 512;

std::int32_t counted(std::int64_t count) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(count, 0, INT32_MAX));
}
}  // namespace

Session::Session(Shared& shared, Wish wish, Socket& socket, std::string host, int port)
    : shared_(shared),
      wish_(std::move(wish)),
      socket_(socket),
      greeting_(shared, wish_, socket, std::move(host), port),
      sending_(shared,
               [this](const Byte* data, std::size_t size) { return socket_.send(data, size); }),
      round_trip_(guessed_seconds) {
    engine_.state.clear();
}

double Session::turn(double now) {
    const bool room = flush();
    const double soonest = room ? 1e18 : now + room_seconds;
    if (!playing_) return std::min(soonest, greet(now));
    // First of all: a cycle may be waiting for it.
    const double more = sending_.turn(now);
    const double patience = greeting_.elsewhere() ? sent_on_silent_seconds : silent_seconds;
    if (now - heard_ >= patience) {
        // It may hear without being heard, and would take the next hello for an old one.
        tell(Bye{number(), "The server is silent."});
        leave("The server is silent.", now);
        return now;
    }
    ask(now);
    if (now >= beaten_ + beat_seconds) beat(now);
    double due = std::min({soonest, more, heard_ + patience, beaten_ + beat_seconds});
    if (pending_) due = std::min(due, pending_->due);
    const auto position = shared_.position.load(std::memory_order_acquire);
    if (position != seen_) {
        seen_ = position;
        seen_at_ = now;
    }
    // While audio is off, what is missing stays missing, and would be asked for without end.
    if (now - seen_at_ >= off_seconds) return due;
    const auto ahead = static_cast<std::int64_t>(round_trip_ * shared_.rate);
    const double again = repairs_.turn(
        playing_->number_of, round_trip_, shared_.playhead() + ahead,
        [this](const EpochKey& epoch, const std::string& entries) {
            tell(Resend{static_cast<std::int32_t>(epoch.session),
                        static_cast<std::int32_t>(epoch.epoch), entries});
        },
        now);
    return again < 0 ? due : std::min(due, again);
}

void Session::receive(double now) {
    bool gone = false;
    Byte data[max_datagram + 1];
    for (int i = 0; i < most_received; ++i) {
        std::size_t size = sizeof data;
        const auto received = socket_.receive(data, size);
        if (received == Socket::Received::nothing) break;
        if (received == Socket::Received::refused) {
            // Nobody listens at the server's port: it was killed. Or it has said goodbye, which is
            // still to be read.
            gone = playing_.has_value();  // not what was said to it before it began
            if (!gone && messages_.why == no_answer) messages_.why = greeting_.nobody_listens();
            continue;
        }
        if (is_audio(data, size)) {
            if (const char* wrong = read_packet(data, size, packet_)) {
                messages_.fail(wrong, now);
            } else {
                audio(packet_, now);
            }
            continue;
        }
        Control message;
        const auto wrong = read_control(data, size, message);
        if (wrong.empty()) {
            control(message, now);
        } else {
            messages_.fail(wrong, now);
        }
    }
    if (gone && playing_) leave("The server is gone.", now);
}

void Session::close() {
    if (playing_) {
        tell(Bye{number(), "The client ends."});
    }
    playing_.reset();
}

void Session::begin() { begin_asked_ = true; }

void Session::change(const Wish& wish) {
    wish_ = wish;
    change_asked_ = true;
}

// False where it fits into no datagram.
bool Session::tell(const Control& message) {
    const auto datagram = write_control(message);
    if (datagram.empty()) return false;
    socket_.send(datagram.data(), datagram.size());
    return true;
}

double Session::greet(double now) {
    begin_asked_ = false;  // there is nothing yet to begin anew
    if (change_asked_) {
        change_asked_ = false;
        greeting_.forget();
    }
    return greeting_.turn(now, messages_.why);
}

void Session::ask(double now) {
    if (!pending_ && begin_asked_) {
        begin_asked_ = false;
        const auto request = greeting_.next_request();
        const auto position = shared_.position.load(std::memory_order_acquire);
        pending_ = Pending{Begin{number(), request, position}, request, true, now};
    } else if (!pending_ && change_asked_) {
        change_asked_ = false;
        // A step of 0 leaves it to the server; a lead that is left to it follows its advice.
        ask_for(wish_.step, wish_.lead > 0 ? wish_.lead : playing_->placement.lead, now);
    }
    if (pending_ && now >= pending_->due) {
        pending_->due = now + pending_seconds;
        if (!tell(pending_->message)) {
            pending_.reset();
            messages_.error("The names of the stems fit into no datagram.", now);
        }
    }
}

void Session::ask_for(int step, int lead, double now) {
    const auto request = greeting_.next_request();
    pending_ = Pending{Change{number(), request, step, lead,
                              joined(wish_.stems)},
                       request, false, now};
}

void Session::beat(double now) {
    beaten_ = now;
    const auto stamp = static_cast<std::int32_t>(static_cast<std::int64_t>(now * 1000) & INT32_MAX);
    stamps_.emplace_front(stamp, now);
    if (stamps_.size() > 4) stamps_.pop_back();
    const auto late = shared_.late.load(std::memory_order_relaxed);
    const auto silent = shared_.silent.load(std::memory_order_relaxed);
    Beat beat;
    beat.session = number();
    beat.stamp = stamp;
    beat.epoch = static_cast<std::int32_t>(playing_->key.epoch);
    beat.position = shared_.playhead();
    beat.landing = static_cast<float>(landing());
    beat.lost = counted(silent - late);
    beat.repaired = counted(repaired_);
    beat.late = counted(late);
    beat.measured = measured_ ? counted(static_cast<std::int64_t>(round_trip_ * 1e6)) : 0;
    tell(beat);
}

void Session::audio(const Packet& packet, double now) {
    if (!playing_ || packet.session != playing_->key.session) return;
    if (packet.stem >= playing_->row_of.size()) return;
    const int row = playing_->row_of[packet.stem];
    if (row < 0) return;
    heard_ = now;
    const auto playhead = shared_.playhead();
    const auto reach = std::int64_t{near_seconds} * shared_.rate;
    if (packet.position > playhead + reach || packet.position < playhead - reach) return;
    auto* slot = waiting_.empty() ? shared_.incoming.begin_push() : nullptr;
    if (slot == nullptr) {
        // The audio thread takes nothing: audio is off. It has not come, and is asked for again.
        ++dropped_;
        return;
    }
    const EpochKey key{packet.session, packet.epoch};
    const auto fresh = repairs_.note(key, row, packet.step, packet.position, packet.count,
                                     packet.again, now);
    if (packet.again) repaired_ += fresh;
    if (key == playing_->key) {
        note_landing(packet.position, packet.count - fresh, playhead);
    }
    slot->kind = Incoming::Kind::samples;
    slot->epoch = key;
    slot->position = packet.position;
    slot->step = packet.step;
    slot->row = row;
    slot->count = packet.count;
    std::copy_n(packet.samples, packet.count, slot->samples);
    shared_.incoming.end_push();
}

void Session::control(const Control& message, double now) {
    const auto mine = [this](std::int32_t session) {
        return playing_ && session == number();
    };
    if (const auto* accepted = std::get_if<Accept>(&message)) {
        accept(*accepted, now);
    } else if (const auto* refuse = std::get_if<Refuse>(&message)) {
        refused(*refuse, now);
    } else if (const auto* state = std::get_if<State>(&message)) {
        engine_ = *state;
        if (playing_) {
            heard_ = now;
        } else if (state->state == "loading") {
            const auto percent = std::lround(std::clamp(state->percent, 0.0f, 100.0f));
            messages_.why = "The model is loading: " + std::to_string(percent) + " %" +
                            (state->detail.empty() ? "" : " " + state->detail);
        }
    } else if (const auto* warn = std::get_if<Warn>(&message)) {
        if (!playing_) return;
        heard_ = now;
        messages_.warn(warn->code, warn->text, warn->on != 0);
    } else if (const auto* error = std::get_if<Error>(&message)) {
        if (!playing_) return;
        heard_ = now;
        messages_.error(error->text, now);
    } else if (const auto* epoch = std::get_if<Epoch>(&message)) {
        if (!mine(epoch->session)) return;
        heard_ = now;
        follow(*epoch, now);
    } else if (const auto* beat = std::get_if<Beat>(&message)) {
        if (!mine(beat->session)) return;
        heard_ = now;
        answered(*beat, now);
    } else if (const auto* resend = std::get_if<Resend>(&message)) {
        if (!mine(resend->session)) return;
        heard_ = now;
        if (!sending_.again(*resend)) messages_.fail("A request for nothing that exists.", now);
    } else if (const auto* bye = std::get_if<Bye>(&message)) {
        if (mine(bye->session)) leave(bye->reason, now);
    }
}

void Session::accept(const Accept& accept, double now) {
    if (playing_ || !greeting_.answers(accept.request)) return;
    if (!accept.host.empty()) {
        messages_.why = greeting_.send_on(accept, now);
        return;
    }
    if (accept.version < lowest_version || accept.version > highest_version) {
        messages_.fail("The server speaks version " + std::to_string(accept.version) +
                           " of the protocol.", now);
        return;
    }
    Playing playing;
    playing.known = split(accept.known);
    if (accept.model_rate < lowest_rate || accept.model_rate > highest_rate ||
        playing.known.size() > static_cast<std::size_t>(most_stems) || accept.session < 1) {
        messages_.fail("The server's model has " + std::to_string(accept.model_rate) + " Hz and " +
                           std::to_string(playing.known.size()) + " stems.", now);
        return;
    }
    auto& place = playing.placement;
    place.origin = accept.origin;
    place.step = accept.step;
    place.lead = accept.lead;
    place.overlap = accept.overlap;
    place.wait = accept.wait;
    set_rates(place, shared_.rate, accept.model_rate);
    if (!place.valid()) {
        messages_.fail("The server's answer makes no sense: nothing can be played so.", now);
        return;
    }
    playing.key = {static_cast<std::uint32_t>(accept.session),
                   static_cast<std::uint32_t>(accept.epoch)};
    playing.number_of.assign(shared_.rows.size(), -1);
    for (std::size_t number = 0; number < playing.known.size(); ++number) {
        const int row = row_of(playing.known[number]);
        playing.row_of.push_back(row);
        if (row >= 0) playing.number_of[static_cast<std::size_t>(row)] = static_cast<int>(number);
    }
    round_trip_ = std::max(1e-4, greeting_.accepted(place.step_samples() + place.wait, now));
    measured_ = true;
    sending_.begin(playing.key.session, playing.key.epoch, place);
    heard_ = now;
    beaten_ = now - beat_seconds;
    seen_at_ = now;
    advised_ = 0;
    pending_.reset();
    messages_.begin();
    engine_ = State{"ready", 100, ""};
    repairs_.follow(playing.key, place, true);
    landings_.clear();
    playing_ = std::move(playing);
    take_over(accept.stems, shared_.playhead());
}

void Session::refused(const Refuse& refuse, double now) {
    auto text = refuse.reason;
    if (!refuse.offer.empty()) text += (text.empty() ? "" : " ") + refuse.offer;
    if (refuse.code == "version" && !wish_.bundle.empty())
        text += " Its version is older and knows no bundles by name: update it, or name none.";
    if (pending_ && refuse.request == pending_->request) {
        pending_.reset();
        messages_.error(text, now);
    } else if (!playing_ && greeting_.answers(refuse.request)) {
        messages_.why = text;
        messages_.refused = refuse.code;
        greeting_.wait(refuse, now);
    }
}

void Session::follow(const Epoch& epoch, double now) {
    const bool answered = pending_ && epoch.request == pending_->request;
    const bool jump = answered && pending_->jump;
    if (epoch.epoch <= static_cast<std::int32_t>(playing_->key.epoch)) {
        // An answer that another epoch has overtaken is an answer all the same: nothing else would
        // come, and nothing else could be asked for.
        if (answered) pending_.reset();
        return;
    }
    auto place = playing_->placement;
    place.origin = epoch.origin;
    place.step = epoch.step;
    place.lead = epoch.lead;
    place.overlap = epoch.overlap;
    if (!place.valid()) {
        messages_.fail("The server's epoch makes no sense: nothing can be played so.", now);
        return;
    }
    if (answered) {
        pending_.reset();
    } else if (epoch.request == 0 && !change_asked_ && !(pending_ && !pending_->jump)) {
        // The server plays on as before: what was wished for cannot be. What has been wished for
        // since is not known to it yet.
        wish_.stems = split(epoch.stems);
        wish_.step = epoch.step;
        if (wish_.lead > 0) wish_.lead = epoch.lead;
    }
    playing_->key.epoch = static_cast<std::uint32_t>(epoch.epoch);
    playing_->placement = place;
    sending_.follow(playing_->key.session, playing_->key.epoch, epoch.origin);
    if (jump) sending_.begin_at(std::max<std::int64_t>(0, epoch.origin));
    repairs_.follow(playing_->key, place, jump);
    landings_.clear();
    take_over(epoch.stems, jump ? shared_.playhead() : never);
}

void Session::answered(const Beat& beat, double now) {
    context_lost_ = std::max(0, beat.lost);
    context_repaired_ = std::max(0, beat.repaired);
    const bool advice = beat.measured > 0 && beat.measured <= most_columns;
    if (advice) advised_ = beat.measured;
    // A lead that is left to the server follows its advice.
    if (advice && beat.measured != playing_->placement.lead && wish_.lead == 0 &&
        !pending_ && !begin_asked_ && !change_asked_) {
        ask_for(playing_->placement.step, beat.measured, now);
    }
    for (const auto& [stamp, at] : stamps_) {
        if (stamp == beat.stamp) {
            round_trip_ = std::max(1e-4, now - at);
            measured_ = true;
        }
    }
}

void Session::leave(const std::string& reason, double now) {
    playing_.reset();
    pending_.reset();
    repairs_.forget();
    landings_.clear();
    messages_.why = reason;
    messages_.refused.clear();
    engine_ = State{"", 100, ""};
    greeting_.leave(now, !reason.empty());
    Incoming stop;
    stop.kind = Incoming::Kind::stop;
    stop.position = shared_.playhead();
    hand_over(stop);
}

// Lets the newest epoch be heard; `jump_at`: where what was heard ends at once, or `never`.
void Session::take_over(const std::string& stems, std::int64_t jump_at) {
    Incoming follow;
    follow.kind = Incoming::Kind::follow;
    follow.epoch = playing_->key;
    follow.position = jump_at;
    follow.placement = playing_->placement;
    follow.rows = rows_of(stems);
    hand_over(follow);
}

void Session::hand_over(Incoming incoming) {
    // What ends everything that was heard ends what has not even begun: while audio is off, that is
    // how much waits.
    if (incoming.kind == Incoming::Kind::stop || incoming.position < never) waiting_.clear();
    // Of epochs that followed one another meanwhile, the first tells where what was heard ends.
    if (waiting_.size() == most_waiting) waiting_.erase(waiting_.begin() + 1);
    waiting_.push_back(incoming);
    flush();
}

bool Session::flush() {
    while (!waiting_.empty()) {
        auto* slot = shared_.incoming.begin_push();
        if (slot == nullptr) return false;
        *slot = waiting_.front();
        shared_.incoming.end_push();
        waiting_.pop_front();
    }
    return true;
}

void Session::note_landing(std::int64_t position, std::int64_t known, std::int64_t playhead) {
    const auto first = position >= playhead ? position + known : position;
    landings_.emplace_back(first, first - playhead);
    const auto oldest = playhead - std::int64_t{landing_seconds} * shared_.rate;
    while (landings_.front().first < oldest || landings_.size() > most_landings) {
        landings_.pop_front();
        if (landings_.empty()) break;
    }
}

double Session::landing() const {
    if (landings_.empty()) return 0;
    std::vector<std::int64_t> ahead;
    ahead.reserve(landings_.size());
    for (const auto& each : landings_) ahead.push_back(each.second);
    const auto at = ahead.begin() + static_cast<std::ptrdiff_t>(ahead.size() / 100);
    std::nth_element(ahead.begin(), at, ahead.end());
    return static_cast<double>(*at);
}

std::int32_t Session::number() const {
    return static_cast<std::int32_t>(playing_->key.session);
}

int Session::row_of(const std::string& name) const {
    const auto found = std::find(shared_.rows.begin(), shared_.rows.end(), name);
    return found == shared_.rows.end() ? -1 : static_cast<int>(found - shared_.rows.begin());
}

std::uint64_t Session::rows_of(const std::string& names) const {
    std::uint64_t rows = 0;
    for (const auto& name : split(names)) {
        const int row = row_of(name);
        if (row >= 0) rows |= std::uint64_t{1} << row;
    }
    return rows;
}

Status Session::status(double now) const {
    Status status;
    const double rate = shared_.rate;
    status.state = playing_ ? "playing" : "connecting";
    status.text = messages_.shown(now, playing_.has_value());
    status.refused = messages_.refused;
    status.engine = engine_.state;
    status.percent = static_cast<double>(engine_.percent);
    status.round_trip = round_trip_;
    status.landing = landing() / rate;
    status.late = shared_.late.load(std::memory_order_relaxed);
    status.lost = std::max<std::int64_t>(
        0, shared_.silent.load(std::memory_order_relaxed) - status.late);
    status.repaired = repaired_;
    status.context_lost = context_lost_;
    status.context_repaired = context_repaired_;
    status.dropped = dropped_;
    if (playing_) {
        status.known = playing_->known;
        status.session = number();
        status.step = playing_->placement.step;
        status.lead = playing_->placement.lead;
        status.advised = advised_;
        status.ahead = playing_->placement.ahead() / rate;
    }
    return status;
}

}  // namespace sideman
