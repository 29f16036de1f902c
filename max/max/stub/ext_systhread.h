// See ext.h.
#pragma once

extern "C" short systhread_ismainthread(void);
