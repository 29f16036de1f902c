#include "object.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "gain.hpp"
#include "making.hpp"
#include "settings.hpp"

namespace sideman {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr double highest_rate = 768'000;
constexpr auto longest_fade = 200ms;   // after that a session ends even if it can still be heard
constexpr auto audio_is_off = 1s;      // so long without a block
constexpr auto longest_release = 1s;   // that freeing waits for a block that is being played

template <typename Sample>
float finite(Sample sample) noexcept {
    const auto single = static_cast<float>(sample);
    return std::isfinite(single) ? single : 0;
}

double rounded(double number, double unit) { return std::round(number / unit) * unit; }

}  // namespace

struct Object::Parts {
    Parts(const Atoms& arguments, Say how, std::vector<std::string>& warnings)
        : say(std::move(how)), settings(stems_of(arguments, warnings)) {
        changed = outputs_now();  // an object that was just made has nothing to tell
    }

    // Main side

    void obey(const std::string& name, const Atoms& atoms);
    void set(const Attribute& attribute, const Atoms& atoms);
    void settle(bool at_once = false);
    void adopt();
    void jump() {
        if (session) session->client.begin();
    }
    void tell(bool everything);
    Status status() const;
    std::string text(const Status& status) const;
    std::map<std::string, Atoms> outputs_now() const;
    Wish wish() const;
    float audible_gain() const { return settings.bypass ? 0 : static_cast<float>(settings.gain); }
    bool wanted() const { return started && rate > 0 && trouble.empty(); }
    bool audio_off() const { return rate == 0 || Clock::now() - heard > audio_is_off; }

    // Audio thread

    Session* take() noexcept;
    template <typename Sample>
    void play(const Sample* input, Sample* const* stems, int count) noexcept;

    const Say say;
    mutable std::mutex guard;  // of the settings, which `attribute` reads on any thread
    Settings settings;
    bool started = false, panicked = false, freed = false;
    int rate = 0, block = 0, turn = 0;
    std::string trouble;  // why no client could be made
    std::map<std::string, Atoms> changed;  // what was said last
    unsigned blocks_seen = 0;
    Clock::time_point heard{};  // when the last block was noticed
    Making making;
    std::unique_ptr<Session> session;  // what is played, or fades out
    std::unique_ptr<Session> leaving;  // hidden from the audio thread, which may still be using it

    // Both sides. The audio thread announces what it uses before it looks whether it is still to be
    // used; the main side hides a session before it looks whether it is being used. So one of the
    // two sees what the other has done (both orders are seq_cst), and neither waits.
    std::atomic<Session*> offered{nullptr}, used{nullptr};
    std::atomic<float> target{1};
    std::atomic<unsigned> blocks{0};

    Gain gain;  // audio thread
};

// Main side

void Object::Parts::obey(const std::string& name, const Atoms& atoms) {
    for (std::size_t i = 0; i < message_count; ++i)
        if (name == messages[i].name && !atoms.empty())
            throw std::invalid_argument(name + " takes no arguments, not " + shown(atoms) + ".");
    if (name == "start") {
        started = true;
        panicked = false;
        trouble.clear();
        if (session) session->client.unmute();
        settle();
    } else if (name == "stop") {
        started = false;
        ++turn;
        settle();
    } else if (name == "reset") {
        if (!session && !wanted())
            throw std::invalid_argument("Nothing plays that could begin anew. Send start first.");
        jump();
    } else if (name == "status") {
        tell(true);
    } else if (name == "panic") {
        panicked = true;
        if (session) session->client.panic();
    } else if (const Attribute* attribute = find_attribute(name)) {
        set(*attribute, atoms);
    } else {
        std::string words;
        for (std::size_t i = 0; i < message_count; ++i)
            words += std::string(" ") + messages[i].name;
        for (std::size_t i = 0; i < attribute_count; ++i)
            words += std::string(" ") + attributes[i].name;
        throw std::invalid_argument((name.empty() ? "\"\"" : name) +
                                    " is no message of sideman~. It understands" + words + ".");
    }
}

void Object::Parts::set(const Attribute& attribute, const Atoms& atoms) {
    const Settings before = settings;
    {
        const std::lock_guard lock(guard);
        settings.set(attribute.name, atoms);
    }
    target = audible_gain();
    trouble.clear();  // with other settings it may go
    if (session && settings.latency != before.latency)
        session->client.set_latency(settings.latency);
    settle();  // another host, port, bundle or margin takes another client
}

Wish Object::Parts::wish() const {
    Wish wish;
    wish.stems = settings.stems;
    wish.step = settings.step;
    wish.lead = settings.lead;
    wish.margin = settings.margin;
    wish.bundle = settings.bundle;
    return wish;
}

// Brings what plays closer to what is wanted, and waits for nothing: a session that can be heard
// fades first, one that the audio thread uses is left to the next call, and so is one that is still
// being made. Only when it has said goodbye may another one say hello: a server plays with one
// client at a time.
void Object::Parts::settle(bool at_once) {
    const Place place{settings.host,   settings.port,   rate,
                      settings.margin, settings.bundle, turn};
    try {
        if (making.done()) adopt();
        if (session) {
            const bool stays = wanted() && session->place == place;
            if (!stays && !session->closing) session->closing_since = Clock::now();
            session->closing = !stays;
            if (stays && session->wish != wish()) {
                session->wish = wish();
                session->client.change(session->wish);
            }
            const bool over = at_once || session->quiet || audio_off() ||
                              Clock::now() - session->closing_since > longest_fade;
            if (!stays && over && !leaving) {
                offered = nullptr;
                leaving = std::move(session);
            }
        }
        if (leaving && used != leaving.get() && !making.busy()) making.end(std::move(leaving));
        if (wanted() && !session && !leaving && !making.busy())
            making.make(place, settings.rows, wish(), block);
    } catch (const std::exception& error) {
        trouble = std::string("No client could be made: ") + error.what() + ". Send start again.";
    }
}

// Plays what was made, if something was, with what has been asked for meanwhile.
void Object::Parts::adopt() {
    session = making.take();
    if (!session) return;
    session->client.set_latency(settings.latency);
    if (panicked) session->client.panic();
    offered = session.get();
}

Status Object::Parts::status() const {
    return session && !session->closing ? session->client.status() : Status();
}

// Why it does not play, or what the client has to say.
std::string Object::Parts::text(const Status& status) const {
    if (!trouble.empty()) return trouble;
    if (!started) return "";
    if (audio_off()) return "Audio is off: nothing is sent, and nothing is heard. Turn it on.";
    if (status.text.empty() && panicked) return "Silent since panic. Send start to hear the stems.";
    return status.text;
}

std::map<std::string, Atoms> Object::Parts::outputs_now() const {
    const Status now = status();
    const auto whole = [](std::int64_t number) { return Atoms{static_cast<double>(number)}; };
    const auto milliseconds = [](double seconds) { return Atoms{rounded(1e3 * seconds, 0.01)}; };
    const bool playing = now.state == "playing";
    return {
        {"state", {std::string(!started ? "stopped" : playing ? "playing" : "connecting")}},
        {"text", {text(now)}},
        {"engine", {now.engine.empty() ? std::string("unknown") : now.engine,
                    now.engine.empty() ? 0 : rounded(now.percent, 0.1)}},
        {"lead", whole(now.lead)},
        {"step", whole(now.step)},
        {"advised", whole(now.advised)},
        {"ahead", milliseconds(now.ahead)},
        // Until stems have come, landing is 0.
        {"cycle", milliseconds(playing && now.landing != 0 ? now.ahead - now.landing : 0)},
        {"spare", milliseconds(playing ? now.landing : 0)},
        // Until a server has answered, the client has but a guess.
        {"roundtrip", milliseconds(playing ? now.round_trip : 0)},
        {"lost", whole(now.lost)},
        {"late", whole(now.late)},
        {"repaired", whole(now.repaired)},
        {"contextlost", whole(now.context_lost)},
        {"known", Atoms(now.known.begin(), now.known.end())},
    };
}

// Says what has changed, in the table's order. All is noted before anything is said, because a
// patch may answer at once, and this may be called again while it still speaks.
void Object::Parts::tell(bool everything) {
    const auto now = outputs_now();
    std::vector<std::pair<const char*, Atoms>> news;
    for (std::size_t i = 0; i < output_count; ++i) {
        const char* name = outputs[i].name;
        if (everything || now.at(name) != changed[name]) news.emplace_back(name, now.at(name));
    }
    changed = now;
    for (const auto& [name, atoms] : news) {
        if (freed) return;
        say(name, atoms);
    }
}

// Audio thread

// The session that is to be heard, announced as used; or nullptr.
Session* Object::Parts::take() noexcept {
    for (;;) {
        Session* const one = offered;
        used = one;
        if (one == offered) return one;
    }
}

template <typename Sample>
void Object::Parts::play(const Sample* input, Sample* const* stems, int count) noexcept {
    blocks.fetch_add(1, std::memory_order_relaxed);
    const std::size_t rows = settings.rows.size();  // never changes
    Session* const now = take();
    if (!now) {
        for (std::size_t row = 0; row < rows; ++row) std::fill_n(stems[row], count, Sample(0));
        return;
    }
    bool audible = false;
    for (int done = 0; done < count;) {
        const int some = std::min(count - done, now->capacity);
        // The outputs may be the input's memory: it is read before anything is written.
        std::transform(input + done, input + done + some, now->context.begin(), finite<Sample>);
        now->client.process(now->context.data(), now->planes.data(), some);
        float* const factors = now->factors.data();
        gain.fill(factors, some, now->closing ? 0 : target.load(), now->ramp);
        for (std::size_t row = 0; row < rows; ++row) {
            for (int i = 0; i < some; ++i) {
                const float sample = finite(now->planes[row][i] * factors[i]);
                audible = audible || sample != 0;
                stems[row][done + i] = sample;
            }
        }
        done += some;
    }
    now->quiet = !audible;
    used = nullptr;
}

// The object

Object::Object(const Atoms& arguments, Say say, std::vector<std::string>& warnings)
    : parts_(std::make_shared<Parts>(arguments, std::move(say), warnings)) {}

Object::~Object() {
    Parts& parts = *parts_;
    parts.freed = true;
    parts.started = false;
    parts.settle(true);
    // Hosts take an object out of the audio before they free it, so this waits for no more than the
    // end of what is being made or ended.
    const auto until = Clock::now() + longest_release;
    while ((parts.leaving || parts.making.busy()) && Clock::now() < until) {
        std::this_thread::sleep_for(1ms);
        parts.settle(true);
    }
    // Rather lost, with all that the block uses, than pulled away from under the audio thread.
    if (parts.leaving) new std::shared_ptr<Parts>(parts_);
}

const std::vector<std::string>& Object::rows() const { return parts_->settings.rows; }

std::string Object::message(const std::string& name, const Atoms& atoms) {
    const auto parts = parts_;  // outlives the object if the patch frees it meanwhile
    try {
        parts->obey(name, atoms);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

Atoms Object::attribute(const std::string& name) const {
    const std::lock_guard lock(parts_->guard);
    return parts_->settings.get(name);
}

std::string Object::prepare(double rate, int block) {
    Parts& parts = *parts_;
    const bool possible = rate >= 1 && rate <= highest_rate && rate == std::floor(rate);
    parts.rate = possible ? static_cast<int>(rate) : 0;
    parts.block = block;
    parts.heard = Clock::now();
    // What plays was made for another rate, or goes on; it cannot fade, for audio was off just now.
    parts.settle(true);
    if (!possible)
        return "At " + shown({rate}) + " Hz nothing can be heard. Use a sound card at 44100 Hz.";
    return parts.trouble;
}

void Object::poll() {
    const auto parts = parts_;
    const unsigned blocks = parts->blocks;
    if (blocks != parts->blocks_seen) parts->heard = Clock::now();
    parts->blocks_seen = blocks;
    parts->settle();
    parts->tell(false);
}

bool Object::busy() const { return parts_->making.busy(); }

void Object::jumped() { parts_->jump(); }

void Object::process(const double* context, double* const* stems, int count) noexcept {
    parts_->play(context, stems, count);
}

void Object::process(const float* context, float* const* stems, int count) noexcept {
    parts_->play(context, stems, count);
}

}  // namespace sideman
