// How many files, sockets among them, the process may have open.
#pragma once

#include <cstddef>

namespace lockstep {

// Raises the soft limit to the hard one and returns it.
std::size_t RaiseDescriptorLimit();

}  // namespace lockstep
