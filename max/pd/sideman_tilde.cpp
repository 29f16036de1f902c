// sideman~ for Pure Data: turns Pd's atoms, signals and clocks into calls of sideman::Object.
//
// Pd is one thread: messages, clocks and blocks of audio come one after the other. Other threads of
// the object's never call Pd; what they find out is fetched by a clock.

#include <m_pd.h>

#include <sstream>
#include <string>
#include <vector>

#include "object.hpp"

#ifdef _WIN32
#define SIDEMAN_EXPORT extern "C" __declspec(dllexport)
#else
#define SIDEMAN_EXPORT extern "C" __attribute__((visibility("default")))
#endif

namespace {

using sideman::Atoms;

constexpr double poll_milliseconds = 50;

t_class* sideman_class = nullptr;

// A function as Pd keeps it, which knows what it takes from what it was registered with.
template <typename Function>
t_method method(Function* function) {
    return reinterpret_cast<t_method>(function);
}

// Pd allocates this as zeros and knows nothing of constructors, so it holds only plain values.
struct Box {
    t_object header;
    t_float scalar;  // the main inlet's value where no signal is connected
    sideman::Object* object;
    std::vector<t_sample*>* outputs;  // of the stems; set when Pd makes its list of what to compute
    t_clock* clock;
    t_outlet* messages;
};

// Pd's atoms and ours

Atoms from_pd(int count, const t_atom* atoms) {
    Atoms result;
    for (int i = 0; i < count; ++i) {
        if (atoms[i].a_type == A_FLOAT) {
            result.emplace_back(static_cast<double>(atoms[i].a_w.w_float));
        } else if (atoms[i].a_type == A_SYMBOL) {
            result.emplace_back(std::string(atoms[i].a_w.w_symbol->s_name));
        } else {
            result.emplace_back(std::string("pointer"));  // to a scalar; nothing takes it
        }
    }
    return result;
}

// A sentence word by word. Pd shows a symbol's blanks, commas and semicolons with a backslash in
// front, which nobody can read: a dash stands for a comma or semicolon. Numbers stay symbols, so
// that Pd writes them as they are.
Atoms words_of(const Atoms& sentence) {
    Atoms words;
    for (const sideman::Atom& atom : sentence) {
        std::istringstream text(std::get<std::string>(atom));
        for (std::string word; text >> word;) {
            const char last = word.back();
            const bool pauses = last == ',' || last == ';';
            if (pauses) word.pop_back();
            if (!word.empty()) words.emplace_back(word);
            if (pauses) words.emplace_back(std::string("-"));
        }
    }
    return words;
}

bool is_sentence(const std::string& name) {
    for (std::size_t i = 0; i < sideman::output_count; ++i)
        if (name == sideman::outputs[i].name)
            return sideman::outputs[i].arguments == std::string("sentence");
    return false;
}

void say(const Box* box, const char* name, const Atoms& values) {
    const Atoms atoms = is_sentence(name) ? words_of(values) : values;
    std::vector<t_atom> result(atoms.size());
    for (std::size_t i = 0; i < atoms.size(); ++i) {
        if (const double* number = std::get_if<double>(&atoms[i])) {
            SETFLOAT(&result[i], static_cast<t_float>(*number));
        } else {
            SETSYMBOL(&result[i], gensym(std::get<std::string>(atoms[i]).c_str()));
        }
    }
    outlet_anything(box->messages, gensym(name), static_cast<int>(result.size()), result.data());
}

void complain(Box* box, const std::string& sentence) {
    if (!sentence.empty()) pd_error(box, "sideman~: %s", sentence.c_str());
}

// What Pd calls

void anything(Box* box, t_symbol* name, int count, t_atom* atoms) {
    // The patch may free the box in return, so it is used afterwards only to complain, when nothing
    // has been said.
    complain(box, box->object->message(name->s_name, from_pd(count, atoms)));
}

void tick(Box* box) {
    clock_delay(box->clock, poll_milliseconds);  // before the patch may free the box
    box->object->poll();
}

t_int* perform(t_int* words) {
    const auto* box = reinterpret_cast<const Box*>(words[1]);
    const auto* input = reinterpret_cast<const t_sample*>(words[2]);
    box->object->process(input, box->outputs->data(), static_cast<int>(words[3]));
    return words + 4;
}

void dsp(Box* box, t_signal** signals) {
    for (std::size_t i = 0; i < box->outputs->size(); ++i)
        (*box->outputs)[i] = signals[i + 1]->s_vec;
    complain(box, box->object->prepare(signals[0]->s_sr, signals[0]->s_n));
    dsp_add(perform, 3, box, signals[0]->s_vec, static_cast<t_int>(signals[0]->s_n));
}

// Attributes may follow the stems, as in Max: @name and its values, up to the next @name.
void set_flags(Box* box, const Atoms& flags) {
    const auto flag = [](const sideman::Atom& atom) {
        const auto* word = std::get_if<std::string>(&atom);
        return word && word->size() > 1 && word->front() == '@';
    };
    for (std::size_t at = 0; at < flags.size();) {
        const std::string name = std::get<std::string>(flags[at++]).substr(1);
        Atoms values;
        while (at < flags.size() && !flag(flags[at])) values.push_back(flags[at++]);
        complain(box, sideman::find_attribute(name)
                          ? box->object->message(name, values)
                          : "@" + name + " is no attribute, and was left out.");
    }
}

void* create(t_symbol*, int count, t_atom* atoms) {
    int stems = 0;  // in front of the first @name
    while (stems < count &&
           !(atoms[stems].a_type == A_SYMBOL && atoms[stems].a_w.w_symbol->s_name[0] == '@' &&
             atoms[stems].a_w.w_symbol->s_name[1]))
        ++stems;
    auto* box = reinterpret_cast<Box*>(pd_new(sideman_class));
    std::vector<std::string> warnings;
    box->object = new sideman::Object(
        from_pd(stems, atoms),
        [box](const char* name, const Atoms& values) { say(box, name, values); }, warnings);
    box->outputs = new std::vector<t_sample*>(box->object->rows().size());
    for (std::size_t i = 0; i < box->outputs->size(); ++i) outlet_new(&box->header, &s_signal);
    box->messages = outlet_new(&box->header, nullptr);
    box->clock = clock_new(box, method(tick));
    clock_delay(box->clock, poll_milliseconds);
    for (const std::string& warning : warnings) complain(box, warning);
    set_flags(box, from_pd(count - stems, atoms + stems));
    return box;
}

void destroy(Box* box) {
    clock_free(box->clock);
    delete box->object;
    delete box->outputs;
}

}  // namespace

SIDEMAN_EXPORT void sideman_tilde_setup() {
    sideman_class =
        class_new(gensym("sideman~"), reinterpret_cast<t_newmethod>(method(create)),
                  method(destroy), sizeof(Box), CLASS_DEFAULT, A_GIMME, A_NULL);
    CLASS_MAINSIGNALIN(sideman_class, Box, scalar);
    class_addmethod(sideman_class, method(dsp), gensym("dsp"), A_CANT, A_NULL);
    // All messages and attributes, and what is none: the table knows them, not this file.
    class_addanything(sideman_class, method(anything));
}
