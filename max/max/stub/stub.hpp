// Max as a test plays it: one main thread with its queue, a scheduler whose time the test moves, a
// transport, and a list of what was said and what was wrong.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "methods.hpp"

namespace stub {

struct Said {
    void* object;
    std::string name;
    sideman::Atoms atoms;
    std::string types;  // a letter an atom: i, f or s
};

struct Attribute {
    std::string name, type;
    std::map<std::string, std::string> about;  // label, style, category, enumvals
};

struct Max {
    std::vector<Said> said;
    std::vector<std::string> errors;
    std::vector<std::string> touched;  // attributes that Max was told to read again
    bool on_scheduler = false;  // what is called now is called on the scheduler's thread
    bool transport_runs = false;
    double ticks = 0;
    double ticks_per_millisecond = 0.96;  // 120 beats in a minute
    long objects = 0, clocks = 0, queues = 0;  // that have not been freed
};
Max& max();

std::vector<std::string> methods();  // names of the class's messages
std::vector<Attribute> attributes();

// As a patch does it. Texts that begin with @ are attributes.
void* make(const sideman::Atoms& arguments);
void free(void* object);
void send(void* object, const std::string& name, const sideman::Atoms& atoms = {});
void set(void* object, const std::string& attribute, const sideman::Atoms& atoms);
sideman::Atoms get(void* object, const std::string& attribute);
std::string assist(void* object, long side, long index);
std::vector<std::string> outlets(void* object);  // types, from left to right; "" for any message

void audio_on(void* object, double rate, long block);
bool has_audio(void* object);
// A block of audio; the first outputs may be the inputs' memory.
void perform(void* object, double** inputs, long input_count, double** outputs, long output_count,
             long count);

void pass(double milliseconds);  // the scheduler's time, and the transport's while it runs
void work();                     // what waits for the main thread

}  // namespace stub
