#include "session/messages.hpp"

#include <algorithm>

namespace sideman {

namespace {
constexpr double error_seconds = 8;
constexpr std::size_t most_warnings = 16;  // a server knows four
}

void Messages::begin() {
    why.clear();
    refused.clear();
    error_until_ = -1;
    warnings_.clear();
}

void Messages::error(const std::string& text, double now) {
    error_ = text;
    error_until_ = now + error_seconds;
}

void Messages::fail(const std::string& text, double now) {
    why = text;
    error(text, now);
}

void Messages::warn(const std::string& code, const std::string& text, bool on) {
    warnings_.erase(std::remove_if(warnings_.begin(), warnings_.end(),
                                   [&](const auto& each) { return each.first == code; }),
                    warnings_.end());
    if (on && warnings_.size() == most_warnings) warnings_.erase(warnings_.begin());
    if (on) warnings_.emplace_back(code, text);
}

std::string Messages::shown(double now, bool playing) const {
    if (!playing) return why;
    if (now < error_until_) return error_;
    return warnings_.empty() ? std::string() : warnings_.back().second;
}

}  // namespace sideman
