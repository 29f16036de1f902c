// How often this thread has allocated memory.
#pragma once

long allocations();
