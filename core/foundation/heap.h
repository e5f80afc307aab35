// Heap: how the process keeps and returns the memory of large matrices.

#ifndef TTFLOW_CORE_FOUNDATION_HEAP_H_
#define TTFLOW_CORE_FOUNDATION_HEAP_H_

#include <cstdlib>  // defines __GLIBC__ where it is that

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace ttflow {

// Lets freed blocks of up to 256 MiB be used again instead of unmapped.
//
// By default glibc maps every block beyond 128 KiB (later up to 32 MiB) anew:
// the temporaries of matrix products and basis tables then cost a page fault
// for each 4 KiB at every call, several times their arithmetic. Call it once,
// first in main. Does nothing with another C library.
inline void KeepLargeBlocks() {
#ifdef __GLIBC__
  constexpr int kLargest = 1 << 28;
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, kLargest);
#endif
}

// Returns the pages of free blocks to the system: what an idle process should
// do after work that KeepLargeBlocks has made it keep memory for. Takes
// milliseconds. Does nothing with another C library.
inline void ReturnFreeMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace ttflow

#endif  // TTFLOW_CORE_FOUNDATION_HEAP_H_
