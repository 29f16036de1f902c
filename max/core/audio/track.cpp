#include "audio/track.hpp"

#include <algorithm>

namespace sideman {

namespace {

std::size_t wrapped(std::int64_t value, std::size_t size) noexcept {
    const auto whole = static_cast<std::int64_t>(size);
    const auto rest = value % whole;
    return static_cast<std::size_t>(rest < 0 ? rest + whole : rest);
}

int ones(std::uint64_t bits) noexcept {  // std::popcount comes with C++20
    bits -= (bits >> 1) & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + ((bits >> 2) & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return static_cast<int>((bits * 0x0101010101010101u) >> 56);
}

// Chunks that any range of so many positions fits into, wherever it begins.
std::size_t chunks_for(int positions) {
    return static_cast<std::size_t>(positions / chunk_samples) + 2;
}

bool bit(std::uint64_t bits, std::int64_t i) noexcept { return (bits >> i) & 1; }

}  // namespace

std::uint64_t bits_within(std::int64_t chunk, std::int64_t first, std::int64_t last) noexcept {
    const auto begin = chunk * chunk_samples;
    const auto low = std::max<std::int64_t>(first - begin, 0);
    const auto high = std::min<std::int64_t>(last - begin, chunk_samples);
    return low >= high ? 0 : (~std::uint64_t{0} >> (chunk_samples - (high - low))) << low;
}

Track::Track(int ahead, int behind)
    : samples_(chunks_for(ahead) * chunk_samples), chunks_(chunks_for(ahead + behind)) {}

std::size_t Track::index(std::int64_t chunk) const noexcept {
    return wrapped(chunk, chunks_.size());
}

std::size_t Track::sample_index(std::int64_t chunk) const noexcept {
    return wrapped(chunk, samples_.size() / chunk_samples) * chunk_samples;
}

Track::Chunk& Track::claim(std::int64_t chunk) noexcept {
    Chunk& place = chunks_[index(chunk)];
    if (!holds(place, chunk)) {
        place.number = chunk;
        place.generation = generation_;
        place.written = place.silent = 0;
    }
    return place;
}

std::uint64_t Track::written(std::int64_t chunk) const noexcept {
    const Chunk& place = chunks_[index(chunk)];
    return holds(place, chunk) ? place.written : 0;
}

void Track::write(std::int64_t first, std::int64_t last, const float* samples) noexcept {
    for (auto chunk = chunk_of(first); chunk * chunk_samples < last; ++chunk) {
        Chunk& place = claim(chunk);
        const auto begin = chunk * chunk_samples;
        const auto low = std::max(first, begin);
        const auto high = std::min(last, begin + chunk_samples);
        const auto asked = bits_within(chunk, first, last);
        const auto fresh = asked & ~place.written;
        float* to = samples_.data() + sample_index(chunk);
        if (fresh == asked) {
            std::copy(samples + (low - first), samples + (high - first), to + (low - begin));
        } else if (fresh) {
            for (auto at = low; at < high; ++at) {
                if (bit(fresh, at - begin)) to[at - begin] = samples[at - first];
            }
        }
        place.written |= asked;
    }
}

std::int64_t Track::mark_silent(std::int64_t first, std::int64_t last) noexcept {
    std::int64_t count = 0;
    for (auto chunk = chunk_of(first); chunk * chunk_samples < last; ++chunk) {
        const auto missing = bits_within(chunk, first, last) & ~written(chunk);
        if (!missing) continue;
        claim(chunk).silent |= missing;
        count += ones(missing);
    }
    return count;
}

std::int64_t Track::take_late(std::int64_t first, std::int64_t last) noexcept {
    std::int64_t count = 0;
    for (auto chunk = chunk_of(first); chunk * chunk_samples < last; ++chunk) {
        Chunk& place = chunks_[index(chunk)];
        if (!holds(place, chunk)) continue;
        const auto came = place.silent & bits_within(chunk, first, last);
        place.silent &= ~came;
        count += ones(came);
    }
    return count;
}

void Track::add(std::int64_t position, int count, const std::uint64_t* there, const float* gain,
                float* out) const noexcept {
    const auto last = position + count;
    for (auto chunk = chunk_of(position); chunk * chunk_samples < last; ++chunk, ++there) {
        const auto begin = chunk * chunk_samples;
        const auto asked = bits_within(chunk, position, last);
        const auto heard = asked & *there;
        if (!heard) continue;
        const float* from = samples_.data() + sample_index(chunk);
        const auto low = std::max(position, begin);
        const auto high = std::min(last, begin + chunk_samples);
        for (auto at = low; at < high; ++at) {
            const auto i = at - position;
            // What has not come is whatever was there before.
            if (heard != asked && !bit(heard, at - begin)) continue;
            out[i] += gain ? from[at - begin] * gain[i] : from[at - begin];
        }
    }
}

}  // namespace sideman
