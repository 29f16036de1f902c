#include "net/resolver.hpp"

#include <atomic>
#include <exception>
#include <system_error>
#include <thread>

namespace sideman {

struct Resolver::Result {
    Endpoint endpoint;
    std::string error;
    std::atomic<bool> ready{false};
};

void Resolver::begin(const std::string& host, int port) {
    result_ = std::make_shared<Result>();
    if (numeric_endpoint(host, port, result_->endpoint)) {
        result_->ready = true;
        return;
    }
    // Nothing can interrupt a look-up, so nobody waits for this thread: what it needs is its own.
    try {
        std::thread([result = result_, host, port] {
            try {
                result->error = look_up(host, port, result->endpoint);
            } catch (const std::exception&) {
                result->endpoint = {};
                result->error = "No memory.";
            }
            result->ready = true;
        }).detach();
    } catch (const std::system_error&) {
        result_->error = "The system gives no thread to look the host up.";
        result_->ready = true;
    }
}

bool Resolver::take(Endpoint& endpoint, std::string& error) {
    if (!result_ || !result_->ready) return false;
    endpoint = result_->endpoint;
    error = result_->error;
    result_.reset();
    return true;
}

}  // namespace sideman
