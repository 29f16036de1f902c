// Counts what a thread does that an audio callback must not.
#pragma once

namespace sideman::tests {

struct Counted {
    long allocations = 0;  // memory taken or given back
    long locks = 0;        // mutexes and locks of readers and writers
    long sends = 0;        // datagrams
};

// Of this thread, from here until `count_end`.
void count_begin();
Counted count_end();

// Why only a part is counted here, or an empty string.
const char* hooks_missing();

}  // namespace sideman::tests
