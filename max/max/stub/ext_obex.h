// See ext.h.
#pragma once

#include "ext.h"

#define CLASS_BOX gensym("box")

extern "C" {
t_class* class_new(const char* name, method create, method destroy, long size, method menu,
                   short type, ...);
t_max_err class_addmethod(t_class* type, method function, const char* name, ...);
t_max_err class_addattr(t_class* type, t_object* attribute);
t_max_err class_register(t_symbol* space, t_class* type);
t_object* attribute_new(const char* name, t_symbol* type, long flags, method get, method set);
t_max_err class_attr_addattr_parse(t_class* type, const char* attribute, const char* name,
                                   t_symbol* kind, long flags, const char* value);

void* object_alloc(t_class* type);
t_max_err object_free(void* object);
t_max_err object_attr_touch(t_object* object, t_symbol* attribute);
void* object_method_imp(void* object, void* name, void* first, void* second);

long attr_args_offset(short count, t_atom* atoms);
void attr_args_process(void* object, short count, t_atom* atoms);
t_max_err atom_alloc_array(long least, long* count, t_atom** atoms, char* allocated);

long atom_gettype(const t_atom* atom);
t_atom_long atom_getlong(const t_atom* atom);
double atom_getfloat(const t_atom* atom);
t_symbol* atom_getsym(const t_atom* atom);
t_max_err atom_setlong(t_atom* atom, t_atom_long value);
t_max_err atom_setfloat(t_atom* atom, double value);
t_max_err atom_setsym(t_atom* atom, t_symbol* value);
}

inline void* object_method(void* object, t_symbol* name) {
    return object_method_imp(object, name, nullptr, nullptr);
}

// As "dsp_add64" is sent: an object, a function, flags and data of the object's own.
template <typename Function>
void* object_method(void* object, t_symbol* name, void* first, Function* second, std::nullptr_t,
                    std::nullptr_t) {
    return object_method_imp(object, name, first, reinterpret_cast<void*>(second));
}

#define CLASS_ATTR_LABEL(type, attribute, flags, value) \
    class_attr_addattr_parse(type, attribute, "label", gensym("symbol"), flags, value)
#define CLASS_ATTR_STYLE(type, attribute, flags, value) \
    class_attr_addattr_parse(type, attribute, "style", gensym("symbol"), flags, value)
#define CLASS_ATTR_ENUM(type, attribute, flags, words)                                        \
    {                                                                                         \
        CLASS_ATTR_STYLE(type, attribute, flags, "enum");                                     \
        class_attr_addattr_parse(type, attribute, "enumvals", gensym("atom"), flags, words);  \
    }
#define CLASS_ATTR_CATEGORY(type, attribute, flags, value) \
    class_attr_addattr_parse(type, attribute, "category", gensym("symbol"), flags, value)
