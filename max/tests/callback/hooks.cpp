#include "callback/hooks.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SIDEMAN_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIDEMAN_SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(SIDEMAN_SANITIZED)
#define SIDEMAN_HOOKS
#include <dlfcn.h>
#include <pthread.h>
#include <sys/types.h>
#endif

namespace {

thread_local bool counting = false;
thread_local sideman::tests::Counted counted;

[[maybe_unused]] void allocation() {
    if (counting) ++counted.allocations;
}
[[maybe_unused]] void sent() {
    if (counting) ++counted.sends;
}
[[maybe_unused]] void lock() {
    if (counting) ++counted.locks;
}

}  // namespace

namespace sideman::tests {

void count_begin() {
    counted = {};
    counting = true;
}

Counted count_end() {
    counting = false;
    return counted;
}

const char* hooks_missing() {
#if defined(SIDEMAN_HOOKS)
    return "";
#elif defined(SIDEMAN_SANITIZED)
    return "a sanitizer has these hooks itself";
#else
    return "only glibc lets a program count malloc and locks; new and delete are counted";
#endif
}

}  // namespace sideman::tests

#if defined(SIDEMAN_HOOKS)

// What new and delete end in, and what else takes memory.
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) noexcept {
    allocation();
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    allocation();
    return __libc_calloc(count, size);
}
void* realloc(void* what, std::size_t size) noexcept {
    allocation();
    return __libc_realloc(what, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    allocation();
    return __libc_memalign(alignment, size);
}
void free(void* what) noexcept {
    allocation();
    __libc_free(what);
}

}  // extern "C"

namespace {
// The system's own function, once it is asked for; before that nothing is counted, for what looks
// it up may lock, too.
template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}
}  // namespace

#define SIDEMAN_LOCK(name, type)                                      \
    extern "C" int name(type* what) noexcept {                        \
        static auto* const real = next<int(type*)>(#name);            \
        lock();                                                       \
        return real(what);                                            \
    }
SIDEMAN_LOCK(pthread_mutex_lock, pthread_mutex_t)
SIDEMAN_LOCK(pthread_mutex_trylock, pthread_mutex_t)
SIDEMAN_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
SIDEMAN_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)

extern "C" ssize_t send(int socket, const void* data, std::size_t size, int flags) {
    static auto* const real = next<ssize_t(int, const void*, std::size_t, int)>("send");
    sent();
    return real(socket, data, size, flags);
}

#elif !defined(SIDEMAN_SANITIZED)

void* operator new(std::size_t size) {
    allocation();
    if (void* made = std::malloc(size ? size : 1)) return made;
    throw std::bad_alloc();
}
void operator delete(void* what) noexcept {
    allocation();
    std::free(what);
}
void operator delete(void* what, std::size_t) noexcept { operator delete(what); }

#endif
