// An assertion is a bug: a broken invariant stops the process, because a replica that goes on from
// a wrong state does more harm than one that stops. What a user, peer or disk can cause is never
// asserted; it gets a reject code or a Status.
//
// LOCKSTEP_ASSERT is on in every build type. LOCKSTEP_DEBUG_ASSERT is for checks too dear for the
// hot path: on unless NDEBUG.
#pragma once

namespace lockstep {

// Writes "file:line: assertion failed: expression" to stderr without allocating, and aborts.
[[noreturn]] void AssertionFailed(const char* expression, const char* file, int line);

}  // namespace lockstep

#define LOCKSTEP_ASSERT(expression)                   \
  (__builtin_expect(static_cast<bool>(expression), 1) \
       ? static_cast<void>(0)                         \
       : ::lockstep::AssertionFailed(#expression, __FILE__, __LINE__))

#ifdef NDEBUG
#define LOCKSTEP_DEBUG_ASSERT(expression) static_cast<void>(0)
#else
#define LOCKSTEP_DEBUG_ASSERT(expression) LOCKSTEP_ASSERT(expression)
#endif
