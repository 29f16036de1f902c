#include "making.hpp"

#include <algorithm>
#include <utility>

namespace sideman {

namespace {
constexpr double ramp_seconds = 0.02;
constexpr int least_scratch = 4'096;  // samples
}  // namespace

Session::Session(const Place& where, const std::vector<std::string>& rows, const Wish& asked,
                 int block)
    : place(where),
      wish(asked),
      capacity(std::max(block, least_scratch)),
      ramp(static_cast<int>(ramp_seconds * where.rate)),
      context(static_cast<std::size_t>(capacity)),
      factors(context.size()),
      played(rows.size() * context.size()),
      client(where.host, where.port, rows, where.rate, asked) {
    for (std::size_t row = 0; row < rows.size(); ++row)
        planes.push_back(played.data() + row * context.size());
}

void Making::make(const Place& place, const std::vector<std::string>& rows, const Wish& wish,
                  int block) {
    result_ = std::async(std::launch::async, [=] {
        return std::make_unique<Session>(place, rows, wish, block);
    });
}

void Making::end(std::unique_ptr<Session> session) {
    // Held by both sides, so that it is not lost where no thread can be made.
    auto shared = std::make_shared<std::unique_ptr<Session>>(std::move(session));
    result_ = std::async(std::launch::async, [shared] {
        shared->reset();
        return std::unique_ptr<Session>();
    });
}

bool Making::done() const {
    return busy() && result_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace sideman
