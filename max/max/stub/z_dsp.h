// See ext.h.
#pragma once

#include "ext.h"

constexpr short Z_MC_INLETS = 32;

struct t_pxobject {
    t_object z_ob;
    short z_count, z_misc;
};

extern "C" {
void dsp_setup(t_pxobject* object, long inlets);
void dsp_free(t_pxobject* object);
void class_dspinit(t_class* type);
}
