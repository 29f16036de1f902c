// sideman~ for Max: turns Max's atoms, signals and clocks into calls of sideman::Object.
//
// Max calls from three threads. Messages and attributes may come on the main thread or on the
// scheduler's; those of the scheduler wait for the main thread, where the object lives. The clock ticks
// on the scheduler's thread and wakes a queue element, which lets the object speak on the main thread.
// The audio thread calls `perform` alone.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "object.hpp"

// The SDK's macros count their arguments in a way that clang calls an extension, by a name that changed.
#ifdef __clang__
#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#pragma clang diagnostic ignored "-Wvariadic-macro-arguments-omitted"
#endif

// Last of all, because it defines common words as macros.
#include "ext.h"
#include "ext_itm.h"
#include "ext_obex.h"
#include "ext_systhread.h"
#include "z_dsp.h"

namespace {

using sideman::Atoms;

constexpr double poll_milliseconds = 50;
constexpr double jump_milliseconds = 200;  // a transport that is off by more has jumped

t_class* sideman_class = nullptr;

struct State;

// Max allocates this and knows nothing of constructors, so it holds only plain values.
struct Box {
    t_pxobject header;
    std::shared_ptr<State>* state;
    void* messages;  // the last outlet
    void* clock;
    void* queue;
};

// Where the global transport was at the last tick; scheduler's thread.
struct Transport {
    bool runs = false;
    double ticks = 0, milliseconds = 0;
};

// A message, or an attribute's new value.
struct Told {
    t_symbol* name;
    Atoms atoms;
};

struct State {
    State(const Atoms& stems, sideman::Object::Say say, std::vector<std::string>& warnings)
        : object(std::make_unique<sideman::Object>(stems, std::move(say), warnings)) {}

    std::unique_ptr<sideman::Object> object;  // nullptr once the box has been freed; main thread
    Transport transport;
    // Of a multichannel cord; audio thread. Longer than any block of Max's, because a new chain is
    // made while the old one still runs: then nothing may move.
    std::vector<double> sum = std::vector<double>(65'536);
    std::atomic<bool> jumped{false};

    // What the main thread has not obeyed yet.
    void add(const Told& one) {
        const std::lock_guard lock(guard_);
        told_.push_back(one);
    }
    bool next(Told& one) {
        const std::lock_guard lock(guard_);
        if (told_.empty()) return false;
        one = std::move(told_.front());
        told_.pop_front();
        return true;
    }

private:
    std::mutex guard_;
    std::deque<Told> told_;
};

// A function as Max keeps it, which knows what it takes from what it was registered with.
template <typename Function>
method as_method(Function* function) {
    return reinterpret_cast<method>(reinterpret_cast<void (*)()>(function));
}

// Max's atoms and ours

Atoms from_max(long count, const t_atom* atoms) {
    Atoms result;
    for (long i = 0; i < count; ++i) {
        const t_atom* atom = atoms + i;
        switch (atom_gettype(atom)) {
            case A_LONG:
                result.emplace_back(static_cast<double>(atom_getlong(atom)));
                break;
            case A_FLOAT:
                result.emplace_back(atom_getfloat(atom));
                break;
            case A_SYM:
                result.emplace_back(std::string(atom_getsym(atom)->s_name));
                break;
            default:
                result.emplace_back(std::string("object"));  // nothing takes it
        }
    }
    return result;
}

// Whole numbers are ints in Max unless `real`.
void to_max(const Atoms& atoms, bool real, t_atom* result) {
    for (const sideman::Atom& atom : atoms) {
        if (const auto* word = std::get_if<std::string>(&atom)) {
            atom_setsym(result++, gensym(word->c_str()));
        } else if (real) {
            atom_setfloat(result++, std::get<double>(atom));
        } else {
            atom_setlong(result++, static_cast<t_atom_long>(std::get<double>(atom)));
        }
    }
}

void say(const Box* box, const char* name, const Atoms& atoms) {
    bool real = false;
    for (std::size_t i = 0; i < sideman::output_count; ++i)
        if (sideman::outputs[i].name == std::string(name))
            real = std::string(sideman::outputs[i].arguments).find("float") != std::string::npos;
    std::vector<t_atom> result(atoms.size());
    to_max(atoms, real, result.data());
    outlet_anything(box->messages, gensym(name), static_cast<short>(result.size()),
                    result.data());
}

void complain(Box* box, const std::string& sentence) {
    if (!sentence.empty()) object_error(reinterpret_cast<t_object*>(box), "%s", sentence.c_str());
}

// Messages and attributes

// Main thread: what has waited, in its order, and then `last`, if there is one. The patch may free the
// box in return: then the state, which outlives it here, has no object any more.
void obey(Box* box, const Told* last) {
    const std::shared_ptr<State> state = *box->state;
    const auto one = [&](const Told& told) {
        const std::string wrong = state->object->message(told.name->s_name, told.atoms);
        if (state->object) complain(box, wrong);
    };
    for (Told next; state->object && state->next(next);) {
        one(next);
        // Max read the old value when the attribute was set.
        if (state->object && sideman::find_attribute(next.name->s_name))
            object_attr_touch(reinterpret_cast<t_object*>(box), next.name);
    }
    if (last && state->object) one(*last);
}

// In the order of their coming, which Max's `defer` turns round: it puts each in front of the others.
void message(Box* box, t_symbol* name, long count, t_atom* atoms) {
    const Told told{name, from_max(count, atoms)};
    if (systhread_ismainthread()) {
        obey(box, &told);
        return;
    }
    (*box->state)->add(told);
    qelem_set(box->queue);
}

t_symbol* name_of(void* attribute) {
    return reinterpret_cast<t_symbol*>(object_method(attribute, gensym("getname")));
}

// What is wrong is told where it turns out, maybe later and on another thread than this.
t_max_err set_attribute(Box* box, void* attribute, long count, t_atom* atoms) {
    message(box, name_of(attribute), count, atoms);
    return MAX_ERR_NONE;
}

t_max_err get_attribute(Box* box, void* attribute, long* count, t_atom** atoms) {
    const char* name = name_of(attribute)->s_name;
    const Atoms values = (*box->state)->object->attribute(name);
    char allocated = 0;
    const auto size = static_cast<long>(values.size());
    if (const t_max_err failed = atom_alloc_array(size, count, atoms, &allocated)) return failed;
    to_max(values, sideman::find_attribute(name)->type == sideman::Type::real, *atoms);
    *count = size;
    return MAX_ERR_NONE;
}

// Clocks

// The transport has started, or is elsewhere than the time that has passed since the last look.
bool has_jumped(Transport& before) {
    auto* itm = static_cast<t_itm*>(itm_getglobal());
    Transport now;
    now.runs = itm && itm_getstate(itm) != 0;
    clock_getftime(&now.milliseconds);
    if (now.runs) now.ticks = itm_getticks(itm);
    bool jumped = false;
    if (now.runs) {
        const double moved = itm_tickstoms(itm, now.ticks - before.ticks);
        const double passed = now.milliseconds - before.milliseconds;
        jumped = !before.runs || std::abs(moved - passed) > jump_milliseconds;
    }
    before = now;
    return jumped;
}

void tick(Box* box) {  // scheduler's thread
    if (has_jumped((*box->state)->transport)) (*box->state)->jumped = true;
    qelem_set(box->queue);
    clock_fdelay(box->clock, poll_milliseconds);
}

void speak(Box* box) {  // main thread
    const std::shared_ptr<State> state = *box->state;
    obey(box, nullptr);
    if (!state->object) return;
    if (state->jumped.exchange(false)) state->object->jumped();
    state->object->poll();  // last: the patch may free the box in return
}

// Audio

void perform(Box* box, t_object*, double** inputs, long channels, double** outputs, long,
             long count, long, void*) {
    const double* input = inputs[0];
    std::vector<double>& sum = (*box->state)->sum;
    // A multichannel cord brings all its channels to the one inlet.
    if (channels > 1 && static_cast<std::size_t>(count) <= sum.size()) {
        std::copy_n(input, count, sum.begin());
        for (long channel = 1; channel < channels; ++channel)
            std::transform(sum.begin(), sum.begin() + count, inputs[channel], sum.begin(),
                           std::plus<double>());
        input = sum.data();
    }
    (*box->state)->object->process(input, outputs, static_cast<int>(count));
}

void dsp(Box* box, t_object* chain, short*, double rate, long block, long) {
    complain(box, (*box->state)->object->prepare(rate, static_cast<int>(block)));
    object_method(chain, gensym("dsp_add64"), box, perform, nullptr, nullptr);
}

// The box

void assist(Box* box, void*, long side, long index, char* text) {
    const std::vector<std::string>& rows = (*box->state)->object->rows();
    std::string about = "What there is to tell: state, text, ahead, cycle, ...";
    if (side == ASSIST_INLET) {
        about = "Signal: what you play. Messages:";
        for (std::size_t i = 0; i < sideman::message_count; ++i)
            about += std::string(" ") + sideman::messages[i].name;
    } else if (static_cast<std::size_t>(index) < rows.size()) {
        about = "Signal: " + rows[static_cast<std::size_t>(index)];
    }
    std::snprintf(text, 256, "%s", about.c_str());
}

void* create(t_symbol*, long count, t_atom* atoms) {
    auto* box = static_cast<Box*>(object_alloc(sideman_class));
    if (!box) return nullptr;
    const long stems = attr_args_offset(static_cast<short>(count), atoms);
    std::vector<std::string> warnings;
    box->state = new std::shared_ptr<State>(std::make_shared<State>(
        from_max(stems, atoms),
        [box](const char* name, const Atoms& values) { say(box, name, values); }, warnings));
    box->queue = qelem_new(box, as_method(speak));
    box->clock = clock_new(box, as_method(tick));
    dsp_setup(&box->header, 1);
    box->header.z_misc |= Z_MC_INLETS;
    box->messages = outlet_new(box, nullptr);  // outlets are made from right to left
    for (std::size_t i = 0; i < (*box->state)->object->rows().size(); ++i) outlet_new(box, "signal");
    for (const std::string& warning : warnings) complain(box, warning);
    attr_args_process(box, static_cast<short>(count), atoms);
    clock_fdelay(box->clock, poll_milliseconds);
    return box;
}

void destroy(Box* box) {
    dsp_free(&box->header);  // first: afterwards the audio thread is gone
    clock_unset(box->clock);
    object_free(box->clock);
    qelem_free(box->queue);
    (*box->state)->object.reset();
    delete box->state;
}

// The class

void add_attribute(t_class* type, const sideman::Attribute& attribute) {
    const char* kind = "symbol";
    const char* style = "text";
    switch (attribute.type) {
        case sideman::Type::symbol:
        case sideman::Type::symbols:
        case sideman::Type::choice:
            break;
        case sideman::Type::integer:
            kind = "long";
            break;
        case sideman::Type::real:
            kind = "float64";
            break;
        case sideman::Type::boolean:
            kind = "long";
            style = "onoff";
            break;
        case sideman::Type::columns:
            kind = "atom";
            break;
    }
    class_addattr(type, attribute_new(attribute.name, gensym(kind), 0, as_method(get_attribute),
                                      as_method(set_attribute)));
    CLASS_ATTR_LABEL(type, attribute.name, 0, attribute.digest);
    if (attribute.type == sideman::Type::choice) {
        CLASS_ATTR_ENUM(type, attribute.name, 0, attribute.takes);  // a menu in the inspector
    } else {
        CLASS_ATTR_STYLE(type, attribute.name, 0, style);
    }
    CLASS_ATTR_CATEGORY(type, attribute.name, 0, "Sideman");
}

}  // namespace

extern "C" void C74_EXPORT ext_main(void*) {
    t_class* type = class_new("sideman~", as_method(create), as_method(destroy), sizeof(Box),
                              nullptr, A_GIMME, 0);
    class_addmethod(type, as_method(dsp), "dsp64", A_CANT, 0);
    class_addmethod(type, as_method(assist), "assist", A_CANT, 0);
    for (std::size_t i = 0; i < sideman::message_count; ++i)
        class_addmethod(type, as_method(message), sideman::messages[i].name, A_GIMME, 0);
    for (std::size_t i = 0; i < sideman::attribute_count; ++i)
        add_attribute(type, sideman::attributes[i]);
    class_dspinit(type);
    class_register(CLASS_BOX, type);
    sideman_class = type;
}
