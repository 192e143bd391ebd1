// 128-bit integers, for products of two 64-bit amounts. An extension of GCC and Clang on every
// 64-bit target.
#pragma once

namespace lockstep {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

}  // namespace lockstep
