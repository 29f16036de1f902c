#include "wire/control.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>

#include "wire/bytes.hpp"
#include "wire/utf8.hpp"

namespace sideman {

namespace {

// What a message is made of, in its order. A member's type tells its type tag: an int32 is i, a
// float f, a string s, and an int64 a position, which is a blob of eight bytes. Other blobs are
// strings, too, so they are named.
template <typename Message>
struct Blob {
    std::string Message::*member;
};
template <typename Message>
Blob(std::string Message::*) -> Blob<Message>;
// A blob of a name, or of none, and zeros.
template <typename Message>
struct Name {
    std::string Message::*member;
};
template <typename Message>
Name(std::string Message::*) -> Name<Message>;

// Texts for people may be cut.
constexpr bool exact = false, cut = true;

template <typename Message>
struct Layout;

template <>
struct Layout<Hello> {
    using M = Hello;
    static constexpr char address[] = "/sideman/hello";
    static constexpr bool texts = exact;
    static constexpr auto fields = std::make_tuple(
        &M::request, &M::lowest, &M::highest, &M::rate, &M::block, &M::step, &M::lead, &M::format,
        &M::stems, &M::margin, &M::client, &M::token, &M::origin, Name{&M::padding});
};

template <>
struct Layout<Accept> {
    using M = Accept;
    static constexpr char address[] = "/sideman/accept";
    static constexpr bool texts = exact;
    static constexpr auto fields = std::make_tuple(
        &M::request, &M::version, &M::session, &M::epoch, &M::step, &M::lead, &M::overlap,
        &M::model_rate, &M::wait, &M::stems, &M::known, &M::origin, &M::host, &M::port, &M::token);
};

template <>
struct Layout<Refuse> {
    using M = Refuse;
    static constexpr char address[] = "/sideman/refuse";
    static constexpr bool texts = cut;
    static constexpr auto fields = std::make_tuple(&M::request, &M::code, &M::reason, &M::offer);
};

template <>
struct Layout<Begin> {
    using M = Begin;
    static constexpr char address[] = "/sideman/begin";
    static constexpr bool texts = exact;
    static constexpr auto fields = std::make_tuple(&M::session, &M::request, &M::origin);
};

template <>
struct Layout<Change> {
    using M = Change;
    static constexpr char address[] = "/sideman/change";
    static constexpr bool texts = exact;
    static constexpr auto fields =
        std::make_tuple(&M::session, &M::request, &M::step, &M::lead, &M::stems);
};

template <>
struct Layout<Epoch> {
    using M = Epoch;
    static constexpr char address[] = "/sideman/epoch";
    static constexpr bool texts = exact;
    static constexpr auto fields = std::make_tuple(&M::session, &M::request, &M::epoch, &M::step,
                                                   &M::lead, &M::overlap, &M::stems, &M::origin);
};

template <>
struct Layout<Beat> {
    using M = Beat;
    static constexpr char address[] = "/sideman/beat";
    static constexpr bool texts = exact;
    static constexpr auto fields =
        std::make_tuple(&M::session, &M::stamp, &M::epoch, &M::position, &M::landing, &M::lost,
                        &M::repaired, &M::late, &M::measured);
};

template <>
struct Layout<Resend> {
    using M = Resend;
    static constexpr char address[] = "/sideman/resend";
    static constexpr bool texts = exact;
    static constexpr auto fields = std::make_tuple(&M::session, &M::epoch, Blob{&M::entries});
};

template <>
struct Layout<State> {
    using M = State;
    static constexpr char address[] = "/sideman/state";
    static constexpr bool texts = cut;
    static constexpr auto fields = std::make_tuple(&M::state, &M::percent, &M::detail);
};

template <>
struct Layout<Warn> {
    using M = Warn;
    static constexpr char address[] = "/sideman/warn";
    static constexpr bool texts = cut;
    static constexpr auto fields = std::make_tuple(&M::code, &M::on, &M::text);
};

template <>
struct Layout<Error> {
    using M = Error;
    static constexpr char address[] = "/sideman/error";
    static constexpr bool texts = cut;
    static constexpr auto fields = std::make_tuple(&M::text);
};

template <>
struct Layout<Bye> {
    using M = Bye;
    static constexpr char address[] = "/sideman/bye";
    static constexpr bool texts = cut;
    static constexpr auto fields = std::make_tuple(&M::session, &M::reason);
};

// Type tags.

template <typename M>
constexpr char tag(std::int32_t M::*) {
    return 'i';
}
template <typename M>
constexpr char tag(float M::*) {
    return 'f';
}
template <typename M>
constexpr char tag(std::string M::*) {
    return 's';
}
template <typename M>
constexpr char tag(std::int64_t M::*) {
    return 'b';
}
template <typename M>
constexpr char tag(Blob<M>) {
    return 'b';
}
template <typename M>
constexpr char tag(Name<M>) {
    return 'b';
}

// A text of OSC: zeros behind it, at least one, up to four bytes.
void put_text(std::string& out, const std::string& text) {
    out += text;
    out.append(static_cast<std::size_t>(pad4(text.size() + 1)) - text.size(), '\0');
}

template <typename Message>
std::string tags() {
    const std::string unpadded = std::apply(
        [](auto... field) {
            return std::string{',', tag(field)...};
        },
        Layout<Message>::fields);
    std::string found;
    put_text(found, unpadded);
    return found;
}

// Writing.

template <typename Unsigned>
void put_number(std::string& out, Unsigned value) {
    Byte bytes[sizeof value];
    store(bytes, value);
    out.append(reinterpret_cast<const char*>(bytes), sizeof bytes);
}

// Puts one argument behind what is there; texts take at most `longest` bytes.
struct Writer {
    std::string& out;
    std::size_t longest;

    template <typename M>
    void operator()(const M& message, std::int32_t M::*field) {
        put_number(out, bits_as<std::uint32_t>(message.*field));
    }
    template <typename M>
    void operator()(const M& message, float M::*field) {
        put_number(out, bits_as<std::uint32_t>(message.*field));
    }
    template <typename M>
    void operator()(const M& message, std::string M::*field) {
        put_text(out, sendable(message.*field, longest));
    }
    template <typename M>
    void operator()(const M& message, std::int64_t M::*field) {
        put_number(out, std::uint32_t{8});
        put_number(out, bits_as<std::uint64_t>(message.*field));
    }
    template <typename M>
    void operator()(const M& message, Blob<M> field) {
        const std::string& blob = message.*field.member;
        put_number(out, static_cast<std::uint32_t>(blob.size()));
        out += blob;
        out.append(static_cast<std::size_t>(pad4(blob.size())) - blob.size(), '\0');
    }
    template <typename M>
    void operator()(const M& message, Name<M> field) {
        (*this)(message, Blob<M>{field.member});
    }
};

template <typename Message>
std::string written(const Message& message, std::size_t longest) {
    std::string out;
    put_text(out, Layout<Message>::address);
    out += tags<Message>();
    Writer write{out, longest};
    std::apply([&](auto... field) { (write(message, field), ...); }, Layout<Message>::fields);
    return out;
}

template <typename Message>
constexpr std::size_t text_count() {
    return std::apply(
        [](auto... field) { return (std::size_t{0} + ... + (tag(field) == 's' ? 1u : 0u)); },
        Layout<Message>::fields);
}

template <typename Message>
std::string fitted(const Message& message) {
    std::string out = written(message, max_datagram);
    if constexpr (Layout<Message>::texts == cut) {
        if (out.size() > max_datagram) {
            const std::size_t room = max_datagram - written(message, 0).size();
            out = written(message, room / text_count<Message>() / 4 * 4);
        }
    }
    return out.size() > max_datagram ? std::string() : out;
}

// Reading.

// Takes one argument after another. Each call returns nullptr, or what is wrong.
struct Reader {
    const Byte* data;
    std::size_t at, end;

    template <typename M>
    const char* operator()(M& message, std::int32_t M::*field) {
        if (end - at < 4) return "truncated";
        message.*field = bits_as<std::int32_t>(load<std::uint32_t>(data + at));
        at += 4;
        return nullptr;
    }
    template <typename M>
    const char* operator()(M& message, float M::*field) {
        if (end - at < 4) return "truncated";
        message.*field = bits_as<float>(load<std::uint32_t>(data + at));
        at += 4;
        return std::isfinite(message.*field) ? nullptr : "a number that is not finite";
    }
    template <typename M>
    const char* operator()(M& message, std::string M::*field) {
        std::size_t stop = at;
        while (stop < end && data[stop] != 0) ++stop;
        const auto after = at + static_cast<std::size_t>(pad4(stop + 1 - at));
        if (after > end || !all_zero(data + stop, after - stop))
            return "a text without its end or its zeros";
        if (!is_utf8(data + at, stop - at)) return "a text that is not UTF-8";
        (message.*field).assign(reinterpret_cast<const char*>(data + at), stop - at);
        at = after;
        return nullptr;
    }
    template <typename M>
    const char* operator()(M& message, std::int64_t M::*field) {
        std::size_t start = 0, size = 0;
        if (const char* wrong = blob(start, size)) return wrong;
        if (size != 8) return "a position that has not 8 bytes";
        message.*field = bits_as<std::int64_t>(load<std::uint64_t>(data + start));
        return is_position(message.*field) ? nullptr : "a position that is none";
    }
    template <typename M>
    const char* operator()(M& message, Blob<M> field) {
        std::size_t start = 0, size = 0;
        if (const char* wrong = blob(start, size)) return wrong;
        (message.*field.member).assign(reinterpret_cast<const char*>(data + start), size);
        return nullptr;
    }
    template <typename M>
    const char* operator()(M& message, Name<M> field) {
        if (const char* wrong = (*this)(message, Blob<M>{field.member})) return wrong;
        const std::string& blob = message.*field.member;
        const auto* bytes = reinterpret_cast<const Byte*>(blob.data());
        const auto length = std::min(blob.find('\0'), blob.size());
        if (length > longest_bundle) return "a bundle's name that is too long";
        if (!all_zero(bytes + length, blob.size() - length)) return "a name without its zeros";
        return is_utf8(bytes, length) ? nullptr : "a name that is not UTF-8";
    }

private:
    const char* blob(std::size_t& start, std::size_t& size) {
        if (end - at < 4) return "truncated";
        // As unsigned, a size below zero is too large as well.
        const auto bytes = load<std::uint32_t>(data + at);
        start = at + 4;
        if (pad4(bytes) > end - start) return "a blob that does not fit";
        size = bytes;
        at = start + static_cast<std::size_t>(pad4(bytes));
        return all_zero(data + start + size, at - start - size) ? nullptr
                                                                : "a blob without its zeros";
    }
};

template <typename Message>
std::string read_as(const Byte* data, std::size_t at, std::size_t size, Control& control) {
    const auto refused = [](const char* wrong) {
        return std::string(Layout<Message>::address) + ": " + wrong + ".";
    };
    const std::string expected = tags<Message>();
    if (size - at < expected.size() ||
        std::memcmp(data + at, expected.data(), expected.size()) != 0)
        return refused("not the type tags of this message");
    Message message;
    Reader read{data, at + expected.size(), size};
    const char* wrong = nullptr;
    // Stops at the first argument that is wrong.
    std::apply(
        [&](auto... field) {
            static_cast<void>((((wrong = read(message, field)) != nullptr) || ...));
        },
        Layout<Message>::fields);
    if (wrong != nullptr) return refused(wrong);
    if (read.at != size) return refused("oversized: bytes follow its arguments");
    control = std::move(message);
    return {};
}

template <typename... Messages>
std::string read_any(const std::string& address, const Byte* data, std::size_t at, std::size_t size,
                     std::variant<Messages...>& control) {
    std::string wrong;
    const bool known = ((address == Layout<Messages>::address &&
                         (wrong = read_as<Messages>(data, at, size, control), true)) ||
                        ...);
    return known ? wrong : address + ": no such address.";
}

constexpr std::size_t longest_address = 64;

}  // namespace

std::string read_control(const Byte* data, std::size_t size, Control& control) {
    if (size > max_datagram) return "Control message: longer than any datagram.";
    if (size < 4 || size % 4 != 0)
        return "Control message: truncated or not OSC: its size is no multiple of four.";
    if (data[0] != '/') return "Control message: an OSC message begins with '/'.";
    std::size_t stop = 0;
    while (stop < size && stop <= longest_address && data[stop] != 0) {
        if (data[stop] < 0x20 || data[stop] > 0x7e)
            return "Control message: characters that no address may have.";
        ++stop;
    }
    if (stop == size || stop > longest_address)
        return "Control message: the address does not end within 64 bytes.";
    const auto tags_at = static_cast<std::size_t>(pad4(stop + 1));
    if (!all_zero(data + stop, tags_at - stop))
        return "Control message: the address is not padded with zeros.";
    const std::string address(reinterpret_cast<const char*>(data), stop);
    return read_any(address, data, tags_at, size, control);
}

std::string write_control(const Control& control) {
    return std::visit([](const auto& message) { return fitted(message); }, control);
}

Hello padded(Hello hello, const std::string& bundle) {
    hello.padding.clear();
    const std::size_t size = write_control(hello).size();
    hello.padding = bundle;
    if (!bundle.empty()) hello.lowest = std::max(hello.lowest, bundle_version);
    // Names that fit no datagram: written, this gives nothing all the same.
    if (size != 0 && bundle.size() <= max_datagram - size)
        hello.padding.resize(max_datagram - size, '\0');
    return hello;
}

std::string bundle_of(const Hello& hello) {
    return hello.padding.substr(0, hello.padding.find('\0'));
}

}  // namespace sideman
