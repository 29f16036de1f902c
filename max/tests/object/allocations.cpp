#include "object/allocations.hpp"

#include <cstdlib>
#include <new>

// In a file of their own, so that no compiler sees both ends of an allocation.

namespace {

thread_local long count = 0;

}  // namespace

long allocations() { return count; }

void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
