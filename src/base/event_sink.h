// Where the engine writes its events: a bounded buffer that it fills in place.
//
// Use: Claim(length) → write exactly one SBE message there → Commit(). Events appear to readers in
// commit order. The event committed last stays writable until the next Claim or EndEntry, so that
// the engine can still mark it as the last of its command. Claim never fails: when readers lag it
// waits for them (DESIGN §2: a full ring holds the engine back). Thread: the engine's alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep {

class EventSink {
 public:
  virtual ~EventSink() = default;

  // `length` in bytes, at most limits::kMaxEventBytes. The result is 8-byte aligned.
  virtual std::byte* Claim(std::size_t length) = 0;

  // Publishes what was claimed. `length` may be smaller than claimed.
  virtual void Commit(std::size_t length) = 0;
};

}  // namespace lockstep
