// The audit log as an event loop uses it: lines are handed over, a thread of its own makes them
// durable, many with one fdatasync, and says so.
//
// Three kinds of line. An intent comes before an act: if it cannot be made durable, it is not
// there, and the act must not be done. An outcome tells what became of the act: it is never given
// up; on a full disk it waits, and is written before any other. Room for the outcome is reserved on
// the disk together with the intent, so that a full disk is met before an act, not after it. A note
// stands alone.
//
// Bounds: kMaxQueuedBytes wait at most; past it all but outcomes are refused at once. Threads:
// all methods from any; `done` is called on the writer's thread, which must not be kept.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/audit_file.h"
#include "base/clock.h"
#include "base/status.h"

namespace lockstep {

class AuditLog {
 public:
  enum class Kind : std::uint8_t { kIntent, kOutcome, kNote };
  // The number of the line, or why it is not there.
  using Done = std::function<void(const Result<std::uint64_t>&)>;
  using DoneReading = std::function<void(const Result<std::vector<std::string>>&)>;

  static constexpr std::size_t kMaxQueuedBytes = std::size_t{8} << 20U;

  // Opens or creates the file and starts the thread. Errors: those of AuditFile::Open.
  static Result<std::unique_ptr<AuditLog>> Open(const std::string& path, const Clock& clock);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Writes what waits, as far as the disk takes it, and ends the thread: no `done` is called after
  // it. Idempotent; from one thread, when nobody appends any more.
  void Stop();

  // `members`: JSON members of the line without braces (audit_chain.h). `done` may be null.
  // Refused at once: kInvalidArgument (too long), kUnavailable (too many wait).
  void Append(Kind kind, std::string members, Done done);

  // Up to `limit` lines from number `from` on, or the newest with `from` 0; behind everything
  // appended before.
  void Read(std::uint64_t from, std::size_t limit, DoneReading done);

  struct Summary {
    std::uint64_t lines = 0;   // number of the last durable line
    std::uint64_t failed = 0;  // lines that could not be written
    std::uint64_t owed = 0;    // outcomes that wait for the disk
  };
  [[nodiscard]] Summary GetSummary() const;
  // Why lines cannot be written at present; Ok when they can.
  [[nodiscard]] Status Problem() const;
  // What a crash had left in the file, in words; empty: nothing.
  [[nodiscard]] const std::string& torn_tail() const { return torn_tail_; }

 private:
  struct Waiting {
    Kind kind;
    std::string members;  // of a line; else `read` is set
    Done done;
    std::function<void()> read;
  };

  AuditLog(AuditFile file, const Clock& clock);
  // Puts the line into the queue, or leaves it alone.
  [[nodiscard]] Status Take(Waiting& line);
  void Run();
  void Write(std::deque<Waiting> batch);
  void WriteLines(std::vector<Waiting>& lines);
  [[nodiscard]] Status TryAppend(const std::vector<Waiting>& lines, std::uint64_t& first);
  void NoteProblem(const Status& status);

  AuditFile file_;  // the writer's
  const Clock& clock_;
  const std::string torn_tail_;
  std::vector<Waiting> owed_;  // the writer's: outcomes that the disk has not taken yet
  std::int64_t intents_without_outcome_ = 0;  // the writer's
  std::atomic<std::uint64_t> lines_;
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> owed_count_{0};

  mutable std::mutex mutex_;  // guards the following
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  std::size_t queued_bytes_ = 0;
  Status problem_;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace lockstep
