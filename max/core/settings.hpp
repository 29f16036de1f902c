// What the attributes of sideman~ are set to.
#pragma once

#include <string>
#include <vector>

#include "methods.hpp"

namespace sideman {

// Names of the stems that the arguments of an object box ask for, one an outlet. What is no name of
// a stem is left out, and `warnings` tells why.
std::vector<std::string> stems_of(const Atoms& arguments, std::vector<std::string>& warnings);

// Atoms as a patch shows them.
std::string shown(const Atoms& atoms);

struct Settings {
    // What the table names as initial; all stems play.
    explicit Settings(std::vector<std::string> rows);

    // Sets one attribute. Throws std::invalid_argument with a sentence that tells what would do;
    // nothing has changed then.
    void set(const std::string& name, const Atoms& atoms);
    Atoms get(const std::string& name) const;

    std::vector<std::string> rows;  // all stems that there are outlets for

    std::string host;
    int port = 0;
    std::string bundle;              // empty for the server's first or only one
    std::vector<std::string> stems;  // in the order of the rows
    int step = 0, lead = 0;          // columns; 0 for auto
    std::string margin;
    int latency = 0;  // samples
    double gain = 0;
    bool bypass = false;
};

}  // namespace sideman
