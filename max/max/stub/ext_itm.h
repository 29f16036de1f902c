// See ext.h.
#pragma once

struct t_itm;

extern "C" {
void* itm_getglobal();
long itm_getstate(t_itm* itm);
double itm_getticks(t_itm* itm);
double itm_tickstoms(t_itm* itm, double ticks);
}
