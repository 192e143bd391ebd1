// What the scheduler of the operating system is told about a thread: its name, and who goes first
// where cores are short.
#pragma once

#include <cstdint>

namespace lockstep {

enum class ThreadKind : std::uint8_t {
  // Its silence would cost the node its place: the heartbeats of a cluster. Goes before everybody
  // where the process may say so (CAP_SYS_NICE), otherwise like kPrompt.
  kUrgent,
  // On an order's way: runs little at a time and wants to run at once when it is woken.
  kPrompt,
  // Beside it: has memory and disk to catch up from.
  kPatient,
};

// What kUrgent adds to the process's nice value.
inline constexpr int kUrgentNice = -15;

// For the calling thread. `name`: as top and perf show it, 15 characters at most. What the system
// does not offer is left out: nothing depends on it but waiting times.
void DescribeThread(const char* name, ThreadKind kind);

}  // namespace lockstep
