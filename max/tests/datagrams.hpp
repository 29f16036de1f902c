// Datagrams for tests: the worked examples of docs/native-protocol.md, and damaged ones.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "wire/packet.hpp"

namespace sideman::tests {

using Datagram = std::vector<Byte>;

// The text of docs/native-protocol.md.
std::string protocol_text();

// Its examples by the names behind ```hex.
std::map<std::string, Datagram> documented();

// The examples, and more valid datagrams: the longest ones, and texts of several languages.
std::vector<Datagram> valid_datagrams();

// The same numbers everywhere: the distributions of the standard library differ between systems.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t bits() { return engine_(); }
    // From 0 to below `end`.
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }

private:
    std::mt19937_64 engine_;
};

// One of some valid datagrams with a few bytes changed, left out, repeated or added; now and then
// as it was, or nothing but random bytes.
Datagram damaged(const std::vector<Datagram>& valid, Random& random);

}  // namespace sideman::tests
