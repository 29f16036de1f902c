// Runs the check of fuzz_datagram.cpp on as many damaged datagrams as the argument says, always the
// same ones.
#include <cstdio>
#include <cstdlib>

#include "datagrams.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
    using namespace sideman::tests;
    const long datagrams = count > 1 ? std::atol(arguments[1]) : 1000;
    const auto valid = valid_datagrams();
    Random random(1);
    for (const auto& each : valid) LLVMFuzzerTestOneInput(each.data(), each.size());
    for (long i = 0; i < datagrams; ++i) {
        // A copy of exactly its size, so that a sanitizer notices every byte read beyond it.
        const Datagram changed = damaged(valid, random);
        const Datagram data(changed.begin(), changed.end());
        LLVMFuzzerTestOneInput(data.data(), data.size());
    }
    std::printf("%ld datagrams\n", datagrams);
    return 0;
}
