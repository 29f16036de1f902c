// Control messages of the native protocol: fixed addresses, each with fixed arguments
// (docs/native-protocol.md, "Session"). Network thread only: reading and writing allocate.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "wire/packet.hpp"

namespace sideman {

constexpr std::int32_t lowest_version = 1, highest_version = 2;
// From this version on a hello can name a bundle.
constexpr std::int32_t bundle_version = 2;
constexpr std::size_t longest_bundle = 100;  // bytes of a bundle's name

struct Hello {
    std::int32_t request = 0, lowest = lowest_version, highest = highest_version;
    std::int32_t rate = 0, block = 0;
    std::int32_t step = 0, lead = 0;  // columns; 0 leaves them to the server
    std::int32_t format = 0;
    std::string stems, margin, client, token;
    std::int64_t origin = 0;
    std::string padding;  // a bundle's name, or nothing, and zeros; see `padded` and `bundle_of`
};

struct Accept {
    std::int32_t request = 0, version = 0, session = 0, epoch = 0, step = 0, lead = 0, overlap = 0;
    std::int32_t model_rate = 0, wait = 0;
    std::string stems, known;
    std::int64_t origin = 0;
    std::string host;  // where to say hello instead, if not empty
    std::int32_t port = 0;
    std::string token;
};

struct Refuse {
    std::int32_t request = 0;
    std::string code, reason, offer;
};

struct Begin {
    std::int32_t session = 0, request = 0;
    std::int64_t origin = 0;
};

struct Change {
    std::int32_t session = 0, request = 0, step = 0, lead = 0;
    std::string stems;
};

struct Epoch {
    std::int32_t session = 0, request = 0, epoch = 0, step = 0, lead = 0, overlap = 0;
    std::string stems;
    std::int64_t origin = 0;
};

struct Beat {
    std::int32_t session = 0, stamp = 0, epoch = 0;
    std::int64_t position = 0;
    float landing = 0;
    std::int32_t lost = 0, repaired = 0, late = 0, measured = 0;
};

struct Resend {
    std::int32_t session = 0, epoch = 0;
    std::string entries;  // bytes, as wire/resends.hpp packs them
};

struct State {
    std::string state;
    float percent = 100;
    std::string detail;
};

struct Warn {
    std::string code;
    std::int32_t on = 0;
    std::string text;
};

struct Error {
    std::string text;
};

struct Bye {
    std::int32_t session = 0;
    std::string reason;
};

using Control = std::variant<Hello, Accept, Refuse, Begin, Change, Epoch, Beat, Resend, State, Warn,
                             Error, Bye>;

// Reads one datagram into `control`. Returns an empty string, or what is wrong with it.
std::string read_control(const Byte* data, std::size_t size, Control& control);

// The datagram of a message. Texts for people (Refuse, State, Warn, Error, Bye) are cut, at whole
// characters, so that it fits; anything else that does not fit gives an empty string.
std::string write_control(const Control& control);

// A hello that is as long as a datagram may be, so that every answer is short enough. With a bundle's
// name it asks for a version that knows names, so that an older server does not play another one.
Hello padded(Hello hello, const std::string& bundle = {});

// The name of the bundle that a hello asks for; empty for the first or only one.
std::string bundle_of(const Hello& hello);

}  // namespace sideman
