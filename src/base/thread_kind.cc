#include "base/thread_kind.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace lockstep {
namespace {

// As the kernel reads it; the C library of Debian 12 does not declare it.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // from Linux 6.12 on: the slice of an ordinary thread
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

// The shortest that Linux grants. Who has a shorter slice than the one that runs may take its place
// when it is woken; otherwise it waits up to 3 ms for the other's slice to end.
constexpr std::uint64_t kPromptSliceNs = 100'000;
constexpr std::uint64_t kPatientSliceNs = 3'000'000;
constexpr int kPatientNice = 10;

}  // namespace

void DescribeThread(const char* name, ThreadKind kind) {
  pthread_setname_np(pthread_self(), name);
  SchedulingAttributes attributes;
  // What the process was started with stays.
  attributes.nice = getpriority(PRIO_PROCESS, 0);
  attributes.runtime_ns = kPromptSliceNs;
  if (kind == ThreadKind::kPatient) {
    attributes.nice += kPatientNice;
    attributes.runtime_ns = kPatientSliceNs;
  }
  const int usual_nice = attributes.nice;
  if (kind == ThreadKind::kUrgent) {
    attributes.nice += kUrgentNice;
  }
  if (syscall(SYS_sched_setattr, 0, &attributes, 0) != 0 && attributes.nice < usual_nice) {
    attributes.nice = usual_nice;
    syscall(SYS_sched_setattr, 0, &attributes, 0);
  }
}

}  // namespace lockstep
