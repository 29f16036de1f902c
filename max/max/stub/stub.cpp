#include "stub.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include "ext.h"
#include "ext_itm.h"
#include "ext_obex.h"
#include "ext_systhread.h"
#include "z_dsp.h"

using sideman::Atoms;

struct t_class {
    method create, destroy;
    std::size_t size;
    std::map<std::string, method> methods;
    std::vector<t_object*> attributes;
};

namespace {

struct Attribute {
    t_object header{nullptr};
    stub::Attribute about;
    method get, set;
};

struct Outlet {
    void* object;
    std::string type;
};

struct Clock {
    void* object;
    method function;
    double due = -1;  // milliseconds; negative while it is not set
};

struct Queue {
    void* object;
    method function;
    bool set = false;
};

// What an object's list of computations holds.
struct Performer {
    void* object;
    void* function;
};

struct Inside {
    t_class* type = nullptr;
    double now = 0;
    std::set<void*> objects;
    std::vector<std::unique_ptr<Outlet>> outlets;
    std::vector<std::unique_ptr<Clock>> clocks;
    std::vector<std::unique_ptr<Queue>> queues;
    std::map<void*, Performer> performers;
};

Inside& inside() {
    static Inside one;
    return one;
}

template <typename Result, typename... Arguments>
Result call(method function, Arguments... arguments) {
    return reinterpret_cast<Result (*)(Arguments...)>(reinterpret_cast<void (*)()>(function))(
        arguments...);
}

std::vector<t_atom> to_max(const Atoms& atoms) {
    std::vector<t_atom> result(atoms.size());
    for (std::size_t i = 0; i < atoms.size(); ++i) {
        if (const auto* word = std::get_if<std::string>(&atoms[i])) {
            atom_setsym(&result[i], gensym(word->c_str()));
        } else if (const double number = std::get<double>(atoms[i]);
                   number == static_cast<double>(static_cast<t_atom_long>(number))) {
            atom_setlong(&result[i], static_cast<t_atom_long>(number));
        } else {
            atom_setfloat(&result[i], number);
        }
    }
    return result;
}

Atoms from_max(long count, const t_atom* atoms) {
    Atoms result;
    for (long i = 0; i < count; ++i) {
        if (atoms[i].a_type == A_SYM) {
            result.emplace_back(std::string(atoms[i].a_w.w_sym->s_name));
        } else {
            result.emplace_back(atom_getfloat(atoms + i));
        }
    }
    return result;
}

Attribute* find(const std::string& name) {
    for (t_object* each : inside().type->attributes) {
        auto* attribute = reinterpret_cast<Attribute*>(each);
        if (attribute->about.name == name) return attribute;
    }
    return nullptr;
}

void set_attribute(void* object, const std::string& name, long count, t_atom* atoms) {
    if (Attribute* attribute = find(name)) {
        call<t_max_err, void*, void*, long, t_atom*>(attribute->set, object, attribute, count,
                                                     atoms);
    } else {
        stub::max().errors.push_back("no attribute " + name);
    }
}

bool is_flag(const t_atom& atom) {
    return atom.a_type == A_SYM && atom.a_w.w_sym->s_name[0] == '@';
}

template <typename Things>
void forget(Things& things, const void* object) {
    things.erase(std::remove_if(things.begin(), things.end(),
                                [&](const auto& each) { return each->object == object; }),
                 things.end());
}

t_class* type() {
    if (!inside().type) ext_main(nullptr);
    return inside().type;
}

}  // namespace

// Max's functions

t_symbol* gensym(const char* name) {
    static std::map<std::string, t_symbol> symbols;
    const auto [at, is_new] = symbols.try_emplace(name);
    if (is_new) at->second.s_name = const_cast<char*>(at->first.c_str());
    return &at->second;
}

void object_error(t_object*, const char* format, ...) {
    char text[2'048];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    stub::max().errors.push_back(text);
}

void* outlet_new(void* object, const char* kind) {
    inside().outlets.push_back(std::make_unique<Outlet>(Outlet{object, kind ? kind : ""}));
    return inside().outlets.back().get();
}

void* outlet_anything(void* outlet, t_symbol* name, short count, t_atom* atoms) {
    if (stub::max().on_scheduler) stub::max().errors.push_back("spoken on the scheduler's thread");
    std::string types;
    for (short i = 0; i < count; ++i)
        types += atoms[i].a_type == A_LONG ? 'i' : atoms[i].a_type == A_FLOAT ? 'f' : 's';
    stub::max().said.push_back({static_cast<Outlet*>(outlet)->object, name->s_name,
                                from_max(count, atoms), types});
    return nullptr;
}

void* clock_new(void* object, method function) {
    inside().clocks.push_back(std::make_unique<Clock>(Clock{object, function}));
    ++stub::max().clocks;
    return inside().clocks.back().get();
}

void clock_fdelay(void* clock, double milliseconds) {
    static_cast<Clock*>(clock)->due = inside().now + milliseconds;
}

void clock_unset(void* clock) { static_cast<Clock*>(clock)->due = -1; }

void clock_getftime(double* milliseconds) { *milliseconds = inside().now; }

void* qelem_new(void* object, method function) {
    inside().queues.push_back(std::make_unique<Queue>(Queue{object, function}));
    ++stub::max().queues;
    return inside().queues.back().get();
}

void qelem_set(void* qelem) { static_cast<Queue*>(qelem)->set = true; }

void qelem_free(void* qelem) {
    auto& queues = inside().queues;
    queues.erase(std::remove_if(queues.begin(), queues.end(),
                                [&](const auto& each) { return each.get() == qelem; }),
                 queues.end());
    --stub::max().queues;
}

short systhread_ismainthread(void) { return !stub::max().on_scheduler; }

t_max_err object_attr_touch(t_object* object, t_symbol* attribute) {
    stub::max().touched.push_back(attribute->s_name);
    return inside().objects.count(object) ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

void* itm_getglobal() { return &stub::max().transport_runs; }
long itm_getstate(t_itm*) { return stub::max().transport_runs; }
double itm_getticks(t_itm*) { return stub::max().ticks; }
double itm_tickstoms(t_itm*, double ticks) { return ticks / stub::max().ticks_per_millisecond; }

t_class* class_new(const char*, method create, method destroy, long size, method, short, ...) {
    return new t_class{create, destroy, static_cast<std::size_t>(size), {}, {}};
}

t_max_err class_addmethod(t_class* where, method function, const char* name, ...) {
    where->methods[name] = function;
    return MAX_ERR_NONE;
}

t_max_err class_addattr(t_class* where, t_object* attribute) {
    where->attributes.push_back(attribute);
    return MAX_ERR_NONE;
}

t_max_err class_register(t_symbol*, t_class* registered) {
    inside().type = registered;
    return MAX_ERR_NONE;
}

t_object* attribute_new(const char* name, t_symbol* kind, long, method get, method set) {
    auto* attribute = new Attribute{{}, {name, kind->s_name, {}}, get, set};
    return &attribute->header;
}

t_max_err class_attr_addattr_parse(t_class* where, const char* attribute, const char* name,
                                   t_symbol*, long, const char* value) {
    for (t_object* each : where->attributes) {
        auto& about = reinterpret_cast<Attribute*>(each)->about;
        if (about.name == attribute) about.about[name] = value;
    }
    return MAX_ERR_NONE;
}

void* object_alloc(t_class* which) {
    auto* object = static_cast<t_object*>(std::malloc(which->size));
    std::memset(static_cast<void*>(object), 0xa5, which->size);  // nobody relies on zeros
    object->o_class = which;
    inside().objects.insert(object);
    ++stub::max().objects;
    return object;
}

t_max_err object_free(void* object) {
    auto& clocks = inside().clocks;
    const auto clock = std::find_if(clocks.begin(), clocks.end(),
                                    [&](const auto& each) { return each.get() == object; });
    if (clock != clocks.end()) {
        clocks.erase(clock);
        --stub::max().clocks;
        return MAX_ERR_NONE;
    }
    call<void*, void*>(inside().type->destroy, object);
    forget(inside().outlets, object);
    inside().objects.erase(object);
    --stub::max().objects;
    std::free(object);
    return MAX_ERR_NONE;
}

void* object_method_imp(void* object, void* name, void* first, void* second) {
    const std::string asked = static_cast<t_symbol*>(name)->s_name;
    if (asked == "getname") return gensym(static_cast<Attribute*>(object)->about.name.c_str());
    if (asked == "dsp_add64") inside().performers[first] = {first, second};
    return nullptr;
}

long attr_args_offset(short count, t_atom* atoms) {
    return static_cast<long>(std::find_if(atoms, atoms + count, is_flag) - atoms);
}

void attr_args_process(void* object, short count, t_atom* atoms) {
    t_atom* const end = atoms + count;
    for (t_atom* at = std::find_if(atoms, end, is_flag); at != end;) {
        t_atom* const next = std::find_if(at + 1, end, is_flag);
        set_attribute(object, at->a_w.w_sym->s_name + 1, static_cast<long>(next - at - 1), at + 1);
        at = next;
    }
}

t_max_err atom_alloc_array(long least, long* count, t_atom** atoms, char* allocated) {
    if (*count && *atoms) return MAX_ERR_NONE;
    *atoms = static_cast<t_atom*>(
        std::calloc(static_cast<std::size_t>(std::max(1L, least)), sizeof(t_atom)));
    *count = least;
    *allocated = 1;
    return MAX_ERR_NONE;
}

long atom_gettype(const t_atom* atom) { return atom->a_type; }
t_atom_long atom_getlong(const t_atom* atom) {
    return atom->a_type == A_FLOAT ? static_cast<t_atom_long>(atom->a_w.w_float)
                                   : atom->a_w.w_long;
}
double atom_getfloat(const t_atom* atom) {
    return atom->a_type == A_LONG ? static_cast<double>(atom->a_w.w_long) : atom->a_w.w_float;
}
t_symbol* atom_getsym(const t_atom* atom) { return atom->a_w.w_sym; }
t_max_err atom_setlong(t_atom* atom, t_atom_long value) {
    atom->a_type = A_LONG;
    atom->a_w.w_long = value;
    return MAX_ERR_NONE;
}
t_max_err atom_setfloat(t_atom* atom, double value) {
    atom->a_type = A_FLOAT;
    atom->a_w.w_float = value;
    return MAX_ERR_NONE;
}
t_max_err atom_setsym(t_atom* atom, t_symbol* value) {
    atom->a_type = A_SYM;
    atom->a_w.w_sym = value;
    return MAX_ERR_NONE;
}

void dsp_setup(t_pxobject* object, long inlets) { object->z_count = static_cast<short>(inlets); }
void dsp_free(t_pxobject* object) { inside().performers.erase(object); }
void class_dspinit(t_class*) {}

// What a test does

namespace stub {

Max& max() {
    static Max one;
    return one;
}

std::vector<std::string> methods() {
    std::vector<std::string> names;
    for (const auto& each : type()->methods) names.push_back(each.first);
    return names;
}

std::vector<Attribute> attributes() {
    std::vector<Attribute> all;
    for (t_object* each : type()->attributes)
        all.push_back(reinterpret_cast<::Attribute*>(each)->about);
    return all;
}

void* make(const Atoms& arguments) {
    auto atoms = to_max(arguments);
    return call<void*, t_symbol*, long, t_atom*>(type()->create, gensym("sideman~"),
                                                 static_cast<long>(atoms.size()), atoms.data());
}

void free(void* object) { object_free(object); }

void send(void* object, const std::string& name, const Atoms& arguments) {
    auto atoms = to_max(arguments);
    const auto at = type()->methods.find(name);
    if (at == type()->methods.end()) {
        max().errors.push_back("doesn't understand " + name);
        return;
    }
    call<void*, void*, t_symbol*, long, t_atom*>(at->second, object, gensym(name.c_str()),
                                                 static_cast<long>(atoms.size()), atoms.data());
}

void set(void* object, const std::string& attribute, const Atoms& values) {
    auto atoms = to_max(values);
    set_attribute(object, attribute, static_cast<long>(atoms.size()), atoms.data());
}

Atoms get(void* object, const std::string& attribute) {
    long count = 0;
    t_atom* atoms = nullptr;
    call<t_max_err, void*, void*, long*, t_atom**>(find(attribute)->get, object, find(attribute),
                                                   &count, &atoms);
    const Atoms result = from_max(count, atoms);
    std::free(atoms);
    return result;
}

std::string assist(void* object, long side, long index) {
    char text[512] = {};
    call<void*, void*, void*, long, long, char*>(type()->methods.at("assist"), object, nullptr,
                                                 side, index, text);
    return text;
}

std::vector<std::string> outlets(void* object) {
    std::vector<std::string> types;
    for (const auto& each : inside().outlets)
        if (each->object == object) types.insert(types.begin(), each->type);
    return types;
}

void audio_on(void* object, double rate, long block) {
    short count[64] = {1};
    call<void*, void*, void*, short*, double, long, long>(type()->methods.at("dsp64"), object,
                                                          nullptr, count, rate, block, 0);
}

bool has_audio(void* object) { return inside().performers.count(object) != 0; }

void perform(void* object, double** inputs, long input_count, double** outputs, long output_count,
             long count) {
    const auto function = reinterpret_cast<void (*)(void*, void*, double**, long, double**, long,
                                                    long, long, void*)>(
        inside().performers.at(object).function);
    function(object, nullptr, inputs, input_count, outputs, output_count, count, 0, nullptr);
}

void pass(double milliseconds) {
    constexpr double step = 10;
    for (double passed = 0; passed < milliseconds; passed += step) {
        inside().now += step;
        if (max().transport_runs) max().ticks += step * max().ticks_per_millisecond;
        max().on_scheduler = true;
        for (std::size_t i = 0; i < inside().clocks.size(); ++i) {
            Clock& clock = *inside().clocks[i];
            if (clock.due < 0 || clock.due > inside().now) continue;
            clock.due = -1;
            call<void*, void*>(clock.function, clock.object);
        }
        max().on_scheduler = false;
        work();
    }
}

void work() {
    for (std::size_t i = 0; i < inside().queues.size(); ++i) {
        Queue& queue = *inside().queues[i];
        if (!queue.set) continue;
        queue.set = false;
        call<void*, void*>(queue.function, queue.object);
    }
}

}  // namespace stub
