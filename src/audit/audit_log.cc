#include "audit/audit_log.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace lockstep {
namespace {

// How long an outcome waits before the disk is tried again.
constexpr auto kRetryEvery = std::chrono::seconds(1);
// More than the line that tells what became of an act: it holds numbers and a reason.
constexpr std::int64_t kOutcomeBytes = 1'024;
constexpr std::size_t kLineCostBytes = 256;

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path, const Clock& clock) {
  auto file = AuditFile::Open(path);
  if (!file) {
    return std::unexpected(file.error());
  }
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(*file), clock));
}

AuditLog::AuditLog(AuditFile file, const Clock& clock)
    : file_(std::move(file)),
      clock_(clock),
      torn_tail_(file_.torn_tail()),
      lines_(file_.last().number),
      thread_([this] { Run(); }) {}

AuditLog::~AuditLog() { Stop(); }

void AuditLog::Stop() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void AuditLog::Append(Kind kind, std::string members, Done done) {
  Waiting line{
      .kind = kind, .members = std::move(members), .done = std::move(done), .read = nullptr};
  const Status refusal = Take(line);
  if (refusal.ok()) {
    wake_.notify_one();
    return;
  }
  failed_.fetch_add(1, std::memory_order_relaxed);
  if (line.done) {
    line.done(std::unexpected(refusal));
  }
}

Status AuditLog::Take(Waiting& line) {
  const std::size_t bytes = line.members.size() + kLineCostBytes;
  if (bytes > kMaxAuditLineBytes) {
    return {StatusCode::kInvalidArgument, "the line would be too long"};
  }
  const std::scoped_lock lock(mutex_);
  if (line.kind != Kind::kOutcome && queued_bytes_ + bytes > kMaxQueuedBytes) {
    return {StatusCode::kUnavailable, "too many lines wait to be written"};
  }
  queued_bytes_ += bytes;
  queue_.push_back(std::move(line));
  return Status::Ok();
}

void AuditLog::Read(std::uint64_t from, std::size_t limit, DoneReading done) {
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back({.kind = Kind::kNote,
                      .members = {},
                      .done = nullptr,
                      .read = [this, from, limit, done = std::move(done)] {
                        const std::uint64_t last = file_.last().number;
                        const std::uint64_t newest = last < limit ? 1 : last - limit + 1;
                        done(file_.Read(from == 0 ? newest : from, limit));
                      }});
  }
  wake_.notify_one();
}

AuditLog::Summary AuditLog::GetSummary() const {
  return {.lines = lines_.load(std::memory_order_relaxed),
          .failed = failed_.load(std::memory_order_relaxed),
          .owed = owed_count_.load(std::memory_order_relaxed)};
}

Status AuditLog::Problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

void AuditLog::NoteProblem(const Status& status) {
  const std::scoped_lock lock(mutex_);
  problem_ = status;
}

void AuditLog::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto has_work = [this] { return stop_ || !queue_.empty(); };
    if (owed_.empty()) {
      wake_.wait(lock, has_work);
    } else {
      wake_.wait_for(lock, kRetryEvery, has_work);
    }
    const bool last_round = stop_;
    std::deque<Waiting> batch = std::exchange(queue_, {});
    queued_bytes_ = 0;
    lock.unlock();
    Write(std::move(batch));
    lock.lock();
    if (last_round && queue_.empty()) {
      return;
    }
  }
}

// Lines between two reads go to the disk together.
void AuditLog::Write(std::deque<Waiting> batch) {
  std::vector<Waiting> lines;
  for (Waiting& waiting : batch) {
    if (!waiting.read) {
      lines.push_back(std::move(waiting));
      continue;
    }
    WriteLines(lines);
    waiting.read();
  }
  WriteLines(lines);
}

// Takes `lines`: each is durable, owed or refused when this returns.
void AuditLog::WriteLines(std::vector<Waiting>& lines) {
  std::vector<Waiting> batch = std::exchange(owed_, {});
  batch.insert(batch.end(), std::make_move_iterator(lines.begin()),
               std::make_move_iterator(lines.end()));
  lines.clear();
  if (batch.empty()) {
    return;
  }
  std::uint64_t first = 0;
  Status status = TryAppend(batch, first);
  std::vector<Waiting> refused;
  if (!status.ok()) {
    // What is owed may find room without what may fail.
    for (Waiting& waiting : batch) {
      (waiting.kind == Kind::kOutcome ? owed_ : refused).push_back(std::move(waiting));
    }
    batch.clear();
    if (!owed_.empty() && !refused.empty() && TryAppend(owed_, first).ok()) {
      batch = std::exchange(owed_, {});
    }
  }
  NoteProblem(status);
  failed_.fetch_add(refused.size(), std::memory_order_relaxed);
  owed_count_.store(owed_.size(), std::memory_order_relaxed);
  lines_.store(file_.last().number, std::memory_order_relaxed);
  for (const Waiting& waiting : batch) {
    if (waiting.done) {
      waiting.done(first);
    }
    ++first;
  }
  for (const Waiting& waiting : refused) {
    if (waiting.done) {
      waiting.done(std::unexpected(status));
    }
  }
}

Status AuditLog::TryAppend(const std::vector<Waiting>& lines, std::uint64_t& first) {
  std::string text;
  AuditLink link = file_.last();
  first = link.number + 1;
  std::int64_t without_outcome = intents_without_outcome_;
  for (const Waiting& waiting : lines) {
    link = AppendAuditLine(text, link, clock_.WallNs(), waiting.members);
    without_outcome += waiting.kind == Kind::kIntent ? 1 : 0;
    without_outcome -= waiting.kind == Kind::kOutcome ? 1 : 0;
  }
  Status status =
      file_.Append(text, link, std::max<std::int64_t>(without_outcome, 0) * kOutcomeBytes);
  if (status.ok()) {
    intents_without_outcome_ = without_outcome;
  }
  return status;
}

}  // namespace lockstep
