// What was played before a session began is sent to it, as far as its model's window holds it.
#include <doctest/doctest.h>

#include <vector>

#include "session/rig.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {

constexpr std::int64_t window = 64 * 4096;
constexpr std::int64_t kept = std::int64_t{history_seconds} * 44100;

float sample_at(std::int64_t position) { return static_cast<float>(position % 1999) / 2000; }

void play_sound(Rig& rig, std::int64_t count) {
    std::vector<float> block(441);
    for (std::int64_t done = 0; done < count;) {
        const int size = static_cast<int>(std::min<std::int64_t>(441, count - done));
        for (int i = 0; i < size; ++i)
            block[static_cast<std::size_t>(i)] = sample_at(rig.shared.context.end() + i);
        rig.shared.context.write(block.data(), size);
        rig.shared.position += size;
        rig.shared.block = size;
        done += size;
    }
}

// Where packets begin and end that follow one another without a hole, each sample right.
struct Sent {
    explicit Sent(const std::vector<Packet>& packets, std::uint32_t session = 7) {
        REQUIRE_FALSE(packets.empty());
        first = end = packets.front().position;
        for (const auto& packet : packets) {
            CHECK(packet.session == session);
            CHECK(packet.epoch == 1);
            CHECK(packet.stem == context_stem);
            CHECK_FALSE(packet.again);
            CHECK(packet.position <= end);
            for (int i = 0; i < packet.count; ++i)
                wrong += packet.samples[i] != sample_at(packet.position + i);
            end = std::max(end, packet.position + packet.count);
        }
    }
    std::int64_t first = 0, end = 0, wrong = 0;
};

// A hello whose answer names another origin, or another rate of the model.
Accept answer(Rig& rig) {
    rig.turn();
    return accepting(Come(rig.server).all<Hello>().at(0));
}

}  // namespace

TEST_CASE("a session begins with the window that was played before its origin") {
    Rig rig;
    play_sound(rig, 400000);
    const auto accept = rig.begin();
    CHECK(accept.origin == 400000 - 4 * 4096);
    const Sent sent(rig.live(0.5).packets);
    CHECK(sent.first == accept.origin - window);
    CHECK(sent.end == 400000);
    CHECK(sent.wrong == 0);
}

TEST_CASE("who has played less sends all of it") {
    Rig rig;
    play_sound(rig, 100000);
    rig.begin();
    const Sent sent(rig.live(0.5).packets);
    CHECK(sent.first == 0);
    CHECK(sent.end == 100000);
    CHECK(sent.wrong == 0);
}

TEST_CASE("who has played nothing sends nothing before it plays") {
    Rig rig;
    const auto accept = rig.begin();
    CHECK(accept.origin == 0);
    CHECK(rig.live(0.3).packets.empty());
    play_sound(rig, 1000);
    const Sent sent(rig.live(0.1).packets);
    CHECK(sent.first == 0);
    CHECK(sent.end == 1000);
}

TEST_CASE("no more is sent than is still there") {
    Rig rig;
    play_sound(rig, 400000);
    auto accept = answer(rig);
    accept.origin = 400000 - 30 * 4096;  // of a long step
    rig.say(accept);
    const Sent sent(rig.live(0.5).packets);
    CHECK(400000 - kept > accept.origin - window);
    CHECK(sent.first == 400000 - kept);
    CHECK(sent.end == 400000);
    CHECK(sent.wrong == 0);
}

TEST_CASE("an origin before all that is there, and one that is yet to come") {
    for (const std::int64_t origin : {std::int64_t{50000}, std::int64_t{800000}}) {
        Rig rig;
        play_sound(rig, 400000);
        auto accept = answer(rig);
        accept.origin = origin;
        rig.say(accept);
        if (origin > 400000) {
            CHECK(rig.live(0.5).packets.empty());
            play_sound(rig, 200000);
        }
        const Sent sent(rig.live(0.5).packets);
        CHECK(sent.first == std::max(origin - window, 400000 - kept));
        CHECK(sent.end == rig.shared.context.end());
    }
}

TEST_CASE("a model of another rate begins with silence, and is sent nothing of it") {
    Rig rig;
    play_sound(rig, 400000);
    auto accept = answer(rig);
    accept.model_rate = 48000;
    accept.wait = 96;
    rig.say(accept);
    CHECK(rig.state() == "playing");
    const Sent sent(rig.live(0.5).packets);
    CHECK(sent.first == accept.origin);
    CHECK(sent.end == 400000);
}

TEST_CASE("a window is sent in small parts, which stock sockets hold") {
    Rig rig;
    play_sound(rig, 400000);
    rig.begin();
    Come come(rig.server);  // the first part left with the turn that took the answer
    std::vector<Packet> all(come.packets);
    CHECK(all.size() == 48);
    while (all.back().position + all.back().count < 400000) {
        REQUIRE(all.size() < 2000);
        // Whatever wakes the thread sooner, the next part waits for its time.
        rig.now += 0.0015;
        CHECK(rig.turn() - rig.now == doctest::Approx(0.0005));
        CHECK(Come(rig.server).packets.empty());
        rig.now += 0.0005;
        const double due = rig.turn();
        const Come more(rig.server);
        CHECK(more.packets.size() <= 48);
        REQUIRE_FALSE(more.packets.empty());
        all.insert(all.end(), more.packets.begin(), more.packets.end());
        if (all.back().position + all.back().count < 400000)
            CHECK(due - rig.now == doctest::Approx(0.002));
    }
    const Sent sent(all);
    CHECK(sent.end - sent.first == window + 4 * 4096);
    CHECK(all.size() == static_cast<std::size_t>((sent.end - sent.first + 287) / 288));
    CHECK(sent.wrong == 0);
}

TEST_CASE("what is played meanwhile comes behind the window") {
    Rig rig;
    play_sound(rig, 400000);
    rig.begin();
    std::vector<Packet> all = Come(rig.server).packets;
    for (int i = 0; i < 100; ++i) {
        play_sound(rig, 64);
        rig.now += 0.00145;
        rig.turn();
        const auto more = Come(rig.server).packets;
        all.insert(all.end(), more.begin(), more.end());
    }
    const Sent sent(all);
    CHECK(sent.first == 400000 - 4 * 4096 - window);
    CHECK(sent.end == 406400);
    CHECK(sent.wrong == 0);
}

TEST_CASE("who has to leave a server brings the next one its window") {
    Rig rig;
    play_sound(rig, 100000);
    rig.begin();
    rig.live(0.3);
    play_sound(rig, 300000);
    rig.say(Bye{7, "Over."});
    CHECK(rig.state() == "connecting");
    play_sound(rig, 44100);
    Come forgotten(rig.server);
    const auto accept = rig.begin(8);
    const Sent sent(Come(rig.server).packets, 8);
    CHECK(sent.first == accept.origin - window);
    CHECK(sent.wrong == 0);
}

TEST_CASE("a jump leaves behind what was before") {
    Rig rig;
    play_sound(rig, 400000);
    rig.begin();
    rig.live(0.5);
    rig.session.begin();
    rig.turn();
    const auto begin = Come(rig.server).all<Begin>();
    REQUIRE(begin.size() == 1);
    play_sound(rig, 1000);
    rig.say(epoch_of(begin[0].request, 2, 400000));
    play_sound(rig, 1000);
    const auto packets = rig.live(0.1).packets;
    REQUIRE_FALSE(packets.empty());
    for (const auto& packet : packets) {
        if (packet.epoch == 2) CHECK(packet.position >= 400000);
    }
    CHECK(packets.back().epoch == 2);
}

TEST_CASE("a network that has no room is given the rest a moment later") {
    Shared shared({"bass"}, 44100);
    std::vector<float> sound(300000);
    for (std::size_t i = 0; i < sound.size(); ++i)
        sound[i] = sample_at(static_cast<std::int64_t>(i));
    shared.context.write(sound.data(), static_cast<int>(sound.size()));
    std::vector<Packet> all;
    int room = 0;
    ContextSender sender(shared, [&](const Byte* data, std::size_t size) {
        if (room-- <= 0) return false;
        all.emplace_back();
        CHECK(read_packet(data, size, all.back()) == nullptr);
        return true;
    });
    Placement place;
    place.origin = 300000 - 4096;
    sender.begin(7, 1, place);
    double now = 100;
    CHECK(sender.turn(now) - now == doctest::Approx(0.002));
    CHECK(all.empty());
    for (int i = 0; i < 200; ++i) {
        now += 0.002;
        room = 10;
        if (sender.turn(now) > now + 1) break;
    }
    const Sent sent(all);
    CHECK(sent.first == place.origin - window);
    CHECK(sent.end == 300000);
    CHECK(sent.wrong == 0);
    CHECK(all.size() == static_cast<std::size_t>((window + 4096 + 287) / 288));
}
