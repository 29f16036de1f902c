// The part of Max's C interface that sideman~ uses, declared for a test without Max. What the
// functions do here is in stub.cpp, and what a test sees of it in stub.hpp.
#pragma once

#include <cstdint>

#define C74_EXPORT
#define gensym_tr gensym

using t_atom_long = std::intptr_t;
using t_max_err = t_atom_long;
typedef void* (*method)(void*);

enum { MAX_ERR_NONE = 0, MAX_ERR_GENERIC = -1, MAX_ERR_OUT_OF_MEM = -3 };
enum { A_NOTHING = 0, A_LONG, A_FLOAT, A_SYM, A_OBJ, A_GIMME = 8, A_CANT = 9 };
enum { ASSIST_INLET = 1, ASSIST_OUTLET = 2 };

struct t_symbol {
    char* s_name;
    void* s_thing;
};

struct t_atom {
    short a_type;
    union {
        t_atom_long w_long;
        double w_float;
        t_symbol* w_sym;
    } a_w;
};

struct t_class;
struct t_object {
    t_class* o_class;
};

extern "C" {
void ext_main(void*);

t_symbol* gensym(const char* name);
void object_error(t_object* object, const char* format, ...);

void* outlet_new(void* object, const char* type);
void* outlet_anything(void* outlet, t_symbol* name, short count, t_atom* atoms);

void* clock_new(void* object, method function);
void clock_fdelay(void* clock, double milliseconds);
void clock_unset(void* clock);
void clock_getftime(double* milliseconds);
void* qelem_new(void* object, method function);
void qelem_set(void* qelem);
void qelem_free(void* qelem);
}
