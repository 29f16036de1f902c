// Looks hosts up without making anybody wait.
#pragma once

#include <memory>
#include <string>

#include "net/socket.hpp"

namespace sideman {

class Resolver {
public:
    // Begins to look a host up; whatever was being looked up before is forgotten.
    void begin(const std::string& host, int port);
    // Forgets what is being looked up.
    void cancel() noexcept { result_.reset(); }
    bool pending() const noexcept { return result_ != nullptr; }
    // The answer, once: false while there is none. `error` is empty where it was found.
    bool take(Endpoint& endpoint, std::string& error);

private:
    struct Result;
    std::shared_ptr<Result> result_;
};

}  // namespace sideman
