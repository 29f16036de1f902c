// A session whose time a test moves on, and the server that it speaks to.
#pragma once

#include <memory>
#include <utility>

#include "peer.hpp"
#include "session/session.hpp"

namespace sideman::tests {

struct Rig {
    explicit Rig(Wish wanted = wish_of({"bass", "drums"}), const std::string& host = "127.0.0.1")
        : session(shared, std::move(wanted), socket, host, server.port()) {}

    static Wish wish_of(std::vector<std::string> stems) {
        Wish wish;
        wish.stems = std::move(stems);
        return wish;
    }

    // The audio callback, but for the sound of the stems.
    void play(int count) {
        const std::vector<float> block(static_cast<std::size_t>(count), 0.25f);
        shared.context.write(block.data(), count);
        take();
        shared.block = count;
        shared.position += count;
    }
    void take() {
        while (const auto* item = shared.incoming.front()) {
            taken.push_back(*item);
            shared.incoming.pop();
        }
    }
    double turn() {
        session.receive(now);
        return session.turn(now);
    }
    // Time goes by; the server hears what is said, and says nothing.
    Come run(double seconds, bool audio = false) {
        for (const double until = now + seconds; now < until - 1e-9;) {
            now += 0.01;
            if (audio) play(441);
            turn();
        }
        return Come(server);
    }
    template <typename Message>
    void say(const Message& message) {
        server.send(Control(message));
        turn();
    }
    // Says hello and is accepted; returns the answer.
    Accept begin(std::int32_t number = 7) {
        turn();
        auto hellos = run(0.01).all<Hello>();
        for (int i = 0; hellos.empty() && i < 200; ++i) hellos = run(0.05).all<Hello>();
        if (hellos.empty()) throw std::runtime_error("no hello");
        const auto accept = accepting(hellos.back(), number);
        say(accept);
        take();
        return accept;
    }
    // Answers beats, so that the session goes on, and hears what is said meanwhile.
    Come live(double seconds, bool audio = false) {
        for (const double until = now + seconds; now < until - 1e-9;) {
            const auto come = run(std::min(0.25, until - now), audio);
            for (auto beat : come.all<Beat>()) {
                beat.position = 0;
                beat.landing = 0;
                beat.lost = beat.repaired = beat.late = beat.measured = 0;
                say(beat);
            }
            told.messages.insert(told.messages.end(), come.messages.begin(), come.messages.end());
            told.packets.insert(told.packets.end(), come.packets.begin(), come.packets.end());
            told.wrong += come.wrong;
        }
        return std::exchange(told, Come(server));
    }
    Packet stem(std::int64_t position, std::uint32_t step = 0, std::uint8_t number = 0) const {
        Packet packet;
        packet.session = 7;
        packet.epoch = 1;
        packet.position = position;
        packet.step = step;
        packet.stem = number;
        packet.count = 288;
        return packet;
    }
    std::string state() const { return session.status(now).state; }
    std::string text() const { return session.status(now).text; }

    double now = 100;
    Peer server;
    Shared shared{{"bass", "drums"}, 44100};
    Socket socket;
    Session session;
    std::vector<Incoming> taken;
    Come told{server};
};

// An epoch of the session, which bass alone plays.
inline Epoch epoch_of(std::int32_t request, std::int32_t epoch, std::int64_t origin) {
    return {7, request, epoch, 4, 4, 882, "bass", origin};
}

}  // namespace sideman::tests
