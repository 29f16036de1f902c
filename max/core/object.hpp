// sideman~ without its host: what Max's and Pd's wrappers have in common. They only turn the host's
// atoms, signals and clocks into calls of this class.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "methods.hpp"

namespace sideman {

class Object {
public:
    // Sends a message from the last outlet; called by `poll` and `message` alone. A patch may do
    // anything in return: call `message` again, or free the object.
    using Say = std::function<void(const char* name, const Atoms& atoms)>;

    // `arguments`: of the object box: names of stems, one an outlet ("bass" where there is none).
    // `warnings` collects sentences for the host's console about what was wrong with them.
    Object(const Atoms& arguments, Say say, std::vector<std::string>& warnings);
    ~Object();

    const std::vector<std::string>& rows() const;  // names of the stems, one an outlet

    // Main thread or the scheduler, never both at once (the wrapper sees to that).

    // Does what a message says, or sets an attribute. Returns an empty string, or what is wrong as
    // a sentence; nothing has changed then.
    std::string message(const std::string& name, const Atoms& atoms);
    // What an attribute is set to. Any thread but the audio thread.
    Atoms attribute(const std::string& name) const;
    // The host turns audio on, or changes its rate or block: called before `process` runs with it.
    // Allocates. Returns an empty string, or why nothing will be heard.
    std::string prepare(double rate, int block);
    // Sends what has changed since; to be called every 50 ms or so. It also ends a session that has
    // faded, and begins the next one: nothing here ever waits for the audio thread.
    void poll();
    // Whether a client is being made or ended, on a thread of its own; `poll` takes what comes of it.
    bool busy() const;
    // The host's transport has jumped or started: as the message `reset`, but silent where nothing
    // plays.
    void jumped();

    // Audio thread. `context` and each of `stems` hold `count` samples; the outputs may be the same
    // memory as the input.
    void process(const double* context, double* const* stems, int count) noexcept;
    void process(const float* context, float* const* stems, int count) noexcept;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;  // shared with a call that a patch frees the object in
};

}  // namespace sideman
