// Control messages: the documented bytes, every value, and bytes that are none.
#include "wire/control.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>

#include "datagrams.hpp"
#include "wire/bytes.hpp"
#include "wire/resends.hpp"

using namespace sideman;
using namespace sideman::tests;

namespace {

const std::string four = "bass,drums,guitar,piano";

const std::map<std::string, Control>& messages() {
    static const std::map<std::string, Control> found = {
        {"hello", Hello{1, 1, 2, 44100, 512, 4, 2, 0, "bass,drums", "normal", "sideman-client 0.1",
                        "", 0, ""}},
        {"hello: a bundle by its name",
         Hello{1, 2, 2, 44100, 512, 4, 2, 0, "bass,drums", "normal", "sideman-client 0.1", "", 0,
               "brass-\xc3\xbc"}},
        {"accept", Accept{1, 1, 7, 1, 4, 2, 882, 44100, 0, "bass,drums", four, 0, "", 0, ""}},
        {"refuse", Refuse{1, "busy", "Another client plays.", "Say hello again when it has left."}},
        {"begin", Begin{7, 2, 132300}},
        {"change", Change{7, 3, 4, 4, "bass"}},
        {"epoch", Epoch{7, 3, 2, 4, 4, 882, "bass", 147456}},
        {"beat", Beat{7, 17, 1, 88200, 1323.0f, 0, 288, 0, 2100}},
        {"resend", Resend{7, 1, pack({{context_stem, 88200, 5}})}},
        {"state", State{"loading", 40.0f, "decode"}},
        {"warn", Warn{"late", 1, "The band answers too late."}},
        {"error", Error{"Audio packet: truncated."}},
        {"bye", Bye{7, "The host stopped."}},
    };
    return found;
}

Datagram written(const Control& control) {
    const std::string data = write_control(control);
    return Datagram(data.begin(), data.end());
}

std::string refusal(const Datagram& data) {
    Control control;
    return read_control(data.data(), data.size(), control);
}

Control read(const Datagram& data) {
    Control control;
    REQUIRE(read_control(data.data(), data.size(), control) == "");
    return control;
}

template <std::size_t size>
Datagram literal(const char (&text)[size]) {
    return Datagram(text, text + size - 1);
}

// The datagram of an error with these bytes behind its type tags.
Datagram error_with(const std::string& argument) {
    const std::string data = std::string("/sideman/error\0\0,s\0\0", 20) + argument;
    return Datagram(data.begin(), data.end());
}

// An example without its last bytes, and others instead.
Datagram ending(const char* name, std::size_t removed, const Datagram& instead) {
    Datagram data = documented().at(name);
    data.resize(data.size() - removed);
    data.insert(data.end(), instead.begin(), instead.end());
    return data;
}

template <typename Unsigned>
Datagram number(Unsigned value, std::size_t zeros = 0) {
    Datagram data(sizeof value + zeros);
    store(data.data(), value);
    return data;
}

// Characters of one to four bytes, none of them zero.
std::string random_text(Random& random, std::size_t longest) {
    static const std::string characters[] = {"a",
                                             "Z",
                                             " ",
                                             "\x01",
                                             "\x7f",
                                             "\xc2\x80",
                                             "\xdf\xbf",
                                             "\xe0\xa0\x80",
                                             "\xed\x9f\xbf",
                                             "\xee\x80\x80",
                                             "\xef\xbf\xbf",
                                             "\xf0\x90\x80\x80",
                                             "\xf4\x8f\xbf\xbf"};
    std::string text;
    for (std::size_t i = random.below(longest + 1); i > 0; --i)
        text += characters[random.below(std::size(characters))];
    return text;
}

std::int32_t random_int(Random& random) { return static_cast<std::int32_t>(random.bits() >> 32); }

}  // namespace

TEST_CASE("messages: documented bytes") {
    const auto examples = documented();
    CHECK(examples.size() == messages().size() + 2);  // and two of audio
    for (const auto& each : messages()) {
        CAPTURE(each.first);
        const Datagram& data = examples.at(each.first);
        CHECK(written(each.second) == data);
        const Control found = read(data);
        CHECK(found.index() == each.second.index());
        CHECK(written(found) == data);
    }
}

TEST_CASE("messages: addresses and type tags are those of the document") {
    const std::string text = protocol_text();
    for (const auto& [name, message] : messages()) {
        const std::string data = write_control(message);
        const std::string address = data.c_str();
        const std::string tags = data.c_str() + pad4(address.size() + 1);
        CHECK(address == "/sideman/" + name.substr(0, name.find(':')));
        CAPTURE(tags);
        CHECK(text.find("`" + address + " " + tags + "`") != std::string::npos);
    }
}

TEST_CASE("messages: values are read as they were written") {
    Random random(3);
    for (int i = 0; i < 500; ++i) {
        Beat beat{
            random_int(random), random_int(random), random_int(random), 0, 0, random_int(random),
            random_int(random), random_int(random), random_int(random)};
        beat.position = static_cast<std::int64_t>(random.bits() >> 2) * (i % 2 == 0 ? 1 : -1);
        do beat.landing = bits_as<float>(static_cast<std::uint32_t>(random.bits()));
        while (!std::isfinite(beat.landing));
        const auto found = std::get<Beat>(read(written(beat)));
        CHECK(found.session == beat.session);
        CHECK(found.stamp == beat.stamp);
        CHECK(found.epoch == beat.epoch);
        CHECK(found.position == beat.position);
        CHECK(found.landing == beat.landing);
        CHECK(found.lost == beat.lost);
        CHECK(found.repaired == beat.repaired);
        CHECK(found.late == beat.late);
        CHECK(found.measured == beat.measured);

        Refuse refuse{random_int(random), random_text(random, 20), random_text(random, 60),
                      random_text(random, 60)};
        const auto refused = std::get<Refuse>(read(written(refuse)));
        CHECK(refused.request == refuse.request);
        CHECK(refused.code == refuse.code);
        CHECK(refused.reason == refuse.reason);
        CHECK(refused.offer == refuse.offer);

        Resend resend{random_int(random), random_int(random), random_text(random, 100)};
        resend.entries += std::string(random.below(5), '\0');
        const auto asked = std::get<Resend>(read(written(resend)));
        CHECK(asked.session == resend.session);
        CHECK(asked.epoch == resend.epoch);
        CHECK(asked.entries == resend.entries);
    }
}

TEST_CASE("messages: the bounds of positions") {
    for (const std::int64_t position : {max_position, -max_position, std::int64_t{-1}}) {
        const auto found = std::get<Begin>(read(written(Begin{1, 1, position})));
        CHECK(found.origin == position);
    }
    for (const std::int64_t position :
         {max_position + 1, -max_position - 1, std::numeric_limits<std::int64_t>::min()})
        CHECK(refusal(written(Begin{1, 1, position})).find("is none") != std::string::npos);
}

TEST_CASE("messages: long texts for people are cut, at whole characters, so that they fit") {
    std::string umlauts, notes;
    for (int i = 0; i < 5000; ++i) umlauts += "\xc3\xbc";
    for (int i = 0; i < 1100; ++i) notes += "\xf0\x9f\x8e\xb8";
    const Control cut[] = {Error{umlauts},           Error{"x" + umlauts},
                           Error{"xx" + notes},      Refuse{1, "busy", umlauts, notes},
                           Bye{1, "abc" + umlauts},  State{"loading", 1.0f, notes},
                           Warn{"late", 1, umlauts}, Bye{1, std::string(1200, 'x')}};
    for (const auto& message : cut) {
        const Datagram data = written(message);
        CHECK(data.size() <= max_datagram);
        CHECK(data.size() > max_datagram / 3);
        CHECK(read(data).index() == message.index());
    }
    const auto refuse = std::get<Refuse>(read(written(cut[3])));
    CHECK(refuse.code == "busy");
    CHECK(refuse.reason == umlauts.substr(0, refuse.reason.size()));
    CHECK(refuse.reason.size() % 2 == 0);
    CHECK(refuse.offer.size() % 4 == 0);
}

TEST_CASE("messages: a text that fits exactly is whole, and one that does not is cut") {
    // Its address and tags take 20 bytes, and at least one zero follows.
    CHECK(written(Error{std::string(1179, 'x')}).size() == max_datagram);
    CHECK(std::get<Error>(read(written(Error{std::string(1179, 'x')}))).text.size() == 1179);
    CHECK(std::get<Error>(read(written(Error{std::string(1180, 'x')}))).text.size() == 1176);
}

TEST_CASE("messages: what is no text becomes one") {
    const auto sent = [](const std::string& text) {
        return std::get<Error>(read(written(Error{text}))).text;
    };
    CHECK(sent(std::string("a\0b", 3)) == "a b");
    CHECK(sent("a\xff"
               "b\xc3") == "a?b?");
    CHECK(sent("\xed\xa0\x80") == "???");
}

TEST_CASE("messages: what fits no datagram is not written") {
    CHECK(write_control(Resend{1, 1, std::string(1200, '\0')}) == "");
    CHECK(write_control(Change{1, 1, 4, 4, std::string(1200, 'x')}) == "");
    CHECK(write_control(Change{1, 1, 4, 4, std::string(5000, 'x')}) == "");
}

TEST_CASE("messages: a padded hello is as long as a datagram may be") {
    Hello hello;
    hello.stems = "bass,drums";
    const Hello once = padded(hello);
    CHECK(write_control(once).size() == max_datagram);
    CHECK(once.padding == std::string(once.padding.size(), '\0'));
    CHECK(write_control(padded(once)) == write_control(once));
    hello.stems = std::string(1200, 'x');
    CHECK(write_control(padded(hello)) == "");
}

TEST_CASE("messages: a hello names a bundle, and stays as long as every other") {
    Hello hello;
    hello.stems = "bass,drums";
    CHECK(padded(hello).lowest == 1);
    CHECK(bundle_of(padded(hello)).empty());
    for (const std::string name : {"mine", "a name with blanks", "gr\xc3\xb6\xc3\x9f"
                                                                  "e"}) {
        const auto data = written(padded(hello, name));
        CHECK(data.size() == max_datagram);
        const auto found = std::get<Hello>(read(data));
        CHECK(bundle_of(found) == name);
        // A server that knows no names refuses, and does not play another bundle.
        CHECK(found.lowest == bundle_version);
        CHECK(found.highest == highest_version);
    }
    CHECK(written(padded(hello, std::string(longest_bundle, 'n'))).size() == max_datagram);
    hello.stems = std::string(1050, 'x');
    CHECK(write_control(padded(hello)).size() == max_datagram);
    CHECK(write_control(padded(hello, std::string(longest_bundle, 'n'))) == "");
}

TEST_CASE("messages: what is no name of a bundle is refused") {
    const auto with = [](const std::string& blob) {
        Hello hello;
        hello.padding = blob;
        return refusal(written(hello));
    };
    CHECK(with(std::string(longest_bundle, 'n')) == "");
    CHECK(with(std::string(longest_bundle + 1, 'n')).find("too long") != std::string::npos);
    CHECK(with(std::string("a\0b", 3)).find("without its zeros") != std::string::npos);
    CHECK(with(std::string("\0a", 2)).find("without its zeros") != std::string::npos);
    CHECK(with("\xff").find("not UTF-8") != std::string::npos);
}

TEST_CASE("messages: what is none is refused, and leaves what was there") {
    const Datagram eight_zeros(8);
    const struct {
        Datagram data;
        std::string reason;
    } cases[] = {
        {{}, "truncated or not OSC"},
        {literal("/a\0"), "truncated or not OSC"},
        {literal("/sideman/bye\0\0\0\0,is\0\0"), "truncated or not OSC"},
        {literal("#bundle\0"), "begins with '/'"},
        {literal("\0\0\0\0"), "begins with '/'"},
        {Datagram(64, '/'), "does not end"},
        {Datagram(128, '/'), "does not end"},
        {literal("/sideman/\xc3\xbc\0"), "characters that no address"},
        {literal("/sideman/\x1f\0\0"), "characters that no address"},
        {literal("/sideman/\x7f\0\0"), "characters that no address"},
        {literal("/sideman/bye\0\0\0x,is\0"), "the address is not padded"},
        {literal("/sideman/nothing\0\0\0\0,i\0\0\0\0\0\1"), "no such address"},
        {literal("/sideman/audio\0\0,b\0\0\0\0\0\0"), "no such address"},
        {literal("/sideman/error\0\0,i\0\0\0\0\0\1"), "type tags"},
        {literal("/sideman/error\0\0,sx\0"), "type tags"},
        {literal("/sideman/error\0\0"), "type tags"},
        {error_with(""), "without its end"},
        {error_with("abcd"), "without its end"},
        {error_with({"ab\0x", 4}), "or its zeros"},
        {error_with({"abc\0abc\0", 8}), "oversized"},
        {error_with(std::string(1200, 'a')), "longer than any"},
        {literal("/sideman/bye\0\0\0\0,is\0"), "truncated"},
        {ending("begin", 4, {}), "blob that does not fit"},
        {ending("begin", 12, {}), "truncated"},
        {ending("begin", 12, number(std::uint32_t{0xffffffff}, 8)), "blob that does not fit"},
        {ending("begin", 12, number(std::uint32_t{0x7fffffff}, 8)), "blob that does not fit"},
        {ending("begin", 12, number(std::uint32_t{0x80000000}, 8)), "blob that does not fit"},
        {ending("begin", 12, number(std::uint32_t{4}, 4)), "has not 8 bytes"},
        {ending("begin", 12, number(std::uint32_t{7}, 8)), "has not 8 bytes"},
        {ending("begin", 8, number(std::uint64_t{1} << 63)), "position that is none"},
        {ending("begin", 0, eight_zeros), "oversized"},
        {ending("resend", 20, number(std::uint32_t{1})), "does not fit"},
        {ending("state", 12, number(std::uint32_t{0x7f800000}, 4)), "not finite"},
        {ending("state", 12, number(std::uint32_t{0x7fc00000}, 4)), "not finite"},
        {ending("beat", 20, number(std::uint32_t{0xff800001}, 16)), "not finite"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.reason);
        const std::string found = refusal(each.data);
        CAPTURE(found);
        CHECK(found.find(each.reason) != std::string::npos);
        Control control = Bye{42, "still here"};
        read_control(each.data.data(), each.data.size(), control);
        CHECK(std::get<Bye>(control).session == 42);
    }
}

TEST_CASE("messages: zeros behind a blob are zeros") {
    Resend resend{1, 1, "abc"};
    Datagram data = written(resend);
    data.back() = 1;
    CHECK(refusal(data).find("without its zeros") != std::string::npos);
}

TEST_CASE("messages: an address has at most 64 bytes") {
    for (const std::size_t length : {63u, 64u}) {
        Datagram data(length, 'a');
        data[0] = '/';
        data.resize(72);
        CHECK(refusal(data).find("no such address") != std::string::npos);
    }
    Datagram data(65, 'a');
    data[0] = '/';
    data.resize(72);
    CHECK(refusal(data).find("does not end") != std::string::npos);
}

TEST_CASE("messages: texts are UTF-8, strictly") {
    const auto accepted = [](std::string text) {
        text.append(4 - text.size() % 4, '\0');
        return refusal(error_with(text)).empty();
    };
    for (const char* text : {"", "\x01", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                             "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                             "\xf4\x8f\xbf\xbf", "\xe1\x80\xbf", "\xf1\xbf\x80\x80"})
        CHECK(accepted(text));
    for (const std::string text : {"\x80",
                                   "\xbf",
                                   "\xc0\x80",
                                   "\xc1\xbf",
                                   "\xe0\x80\x80",
                                   "\xe0\x9f\xbf",
                                   "\xed\xa0\x80",
                                   "\xed\xbf\xbf",
                                   "\xf0\x80\x80\x80",
                                   "\xf0\x8f\xbf\xbf",
                                   "\xf4\x90\x80\x80",
                                   "\xf5\x80\x80\x80",
                                   "\xff",
                                   "\xfe",
                                   "\xc3",
                                   "\xe2\x82",
                                   "\xf0\x9f\x8e",
                                   "\xc3(",
                                   "\xe2(\xa1",
                                   "\xe2\x82(",
                                   "\xf0\x28\x8c\xbc",
                                   "\xf0\x90\x80(",
                                   "a\xf8\x88\x80\x80\x80"}) {
        CAPTURE(text);
        CHECK_FALSE(accepted(text));
    }
}

TEST_CASE("messages and packets: any bytes are read or refused") {
    const auto valid = valid_datagrams();
    Random random(4);
    int read_again = 0;
    for (int i = 0; i < 20000; ++i) {
        const Datagram data = damaged(valid, random);
        Control control;
        if (!read_control(data.data(), data.size(), control).empty()) continue;
        CHECK(written(control) == data);
        ++read_again;
    }
    CHECK(read_again > 1000);
}
