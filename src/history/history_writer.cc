#include "history/history_writer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/thread_kind.h"
#include "history/keys.h"
#include "history/records.h"
#include "history/store_view.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Rows folded between two looks at what else there is to do.
constexpr std::size_t kRowsPerTurn = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
// Rows wait this long for more; then, while as many come in this time again and again as a flood
// brings, for a file full of them, but not longer than a few seconds.
constexpr std::int64_t kLongestPendingNs = 50 * kNsPerMs;
constexpr std::int64_t kLongestGatheringNs = 3'000 * kNsPerMs;
constexpr std::int64_t kNapNs = 10 * kNsPerMs;
constexpr std::int64_t kRetryNs = 1'000 * kNsPerMs;
constexpr std::int64_t kLongestSleepNs = 1'000 * kNsPerMs;
// Questions have the thread for so long at a time, then events have their turn.
constexpr std::int64_t kAnsweringNs = 5 * kNsPerMs;

HistoryKey PositionKey() { return HistoryKey::OfMeta("position"); }

}  // namespace

HistoryWriter::HistoryWriter(HistoryStore& store, Backlog& backlog, std::size_t rows_per_file,
                             WarningHandler warn)
    : store_(store),
      backlog_(backlog),
      rows_per_file_(rows_per_file),
      warn_(std::move(warn)),
      orders_(open_),
      trades_(store) {}

Status HistoryWriter::Load() {
  std::string value;
  const auto found = store_.Get(PositionKey(), value);
  if (!found) {
    return found.error();
  }
  if (*found) {
    std::uint64_t position = 0;
    if (Status status = DecodeNumber(value, position); !status.ok()) {
      return status;
    }
    folded_position_ = static_cast<std::int64_t>(position);
    stored_position_ = folded_position_;
  }
  return open_.Load(store_);
}

void HistoryWriter::Start() {
  LOCKSTEP_ASSERT(!thread_.joinable() && !stopping_);
  thread_ = std::thread([this] {
    DescribeThread("history", ThreadKind::kPatient);
    Run();
  });
}

void HistoryWriter::Stop(std::int64_t limit_ns) {
  if (thread_.joinable()) {
    stop_deadline_ns_ = clock_.MonotonicNs() + limit_ns;
    stopping_ = true;
    waker_.Notify();
    thread_.join();
  }
}

void HistoryWriter::Ask(std::int64_t position, Questions::Question question) {
  if (questions_.Add(position, question)) {
    waker_.Notify();
  } else {
    Answer({position, std::move(question)});
  }
}

void HistoryWriter::NotifyPushed() {
  if (wake_on_push_.load()) {
    waker_.Notify();
  }
}

void HistoryWriter::NoteLoss(const Status& status) {
  {
    const std::lock_guard lock(problem_mutex_);
    loss_ = status;
  }
  lost_ = true;
  warn_("recording stops; the next start takes the rest from the log: " + status.message());
  waker_.Notify();
}

Result<bool> HistoryWriter::MakeDurable(std::int64_t position) {
  if (durable_position_.load() >= position) {
    return true;
  }
  if (lost_.load() && stored_position_.load() < position && backlog_.Empty()) {
    return std::unexpected(Problem());
  }
  std::int64_t wanted = wanted_durable_.load();
  while (wanted < position && !wanted_durable_.compare_exchange_weak(wanted, position)) {
  }
  waker_.Notify();
  return false;
}

Status HistoryWriter::Problem() const {
  const std::lock_guard lock(problem_mutex_);
  return loss_.ok() ? trouble_ : loss_;
}

bool HistoryWriter::IsAtItsEnd() const {
  return lost_.load() && backlog_.Empty() && block_offset_ == block_.size() &&
         (in_entry_ || !HasPending());
}

// ---- the writer's thread ----

void HistoryWriter::Run() {
  while (!stopping_.load()) {
    if (!DoWork()) {
      Sleep();
    }
  }
  Finish();
}

bool HistoryWriter::DoWork() {
  if (IsTroubled() && clock_.MonotonicNs() >= retry_ns_) {
    // Where this does not help, the write says so.
    [[maybe_unused]] const Status resumed = store_.Resume();
    retry_ns_ = 0;
  }
  bool worked = false;
  if (!IsTroubled()) {
    worked = TakeEvents();
  }
  if (!IsTroubled()) {
    Status status;
    if (IsWriteDue()) {
      status = WritePending();
      worked = true;
    }
    if (status.ok()) {
      status = SyncIfAsked();
    }
    if (status.ok()) {
      EndTrouble();
    } else {
      Trouble(status);
    }
  }
  return AnswerQuestions() || worked;
}

bool HistoryWriter::NextBlock() {
  block_.clear();
  block_offset_ = 0;
  const auto popped = backlog_.Pop(block_);
  if (!popped && !lost_.load()) {
    NoteLoss(popped.error());
  }
  return popped && *popped;
}

bool HistoryWriter::TakeEvents() {
  bool worked = false;
  while (!batch_finished_ && (block_offset_ < block_.size() || NextBlock())) {
    std::size_t next = block_offset_;
    const auto event = NextInBlock(block_, next);
    if (Status status = OnEvent(event); !status.ok()) {
      Trouble(status);
      break;
    }
    block_offset_ = next;
    worked = true;
    if (!in_entry_ && UnfoldedRows() >= kRowsPerTurn) {
      Fold();
      break;
    }
  }
  return worked;
}

Status HistoryWriter::OnEvent(std::span<const std::byte> event) {
  switch (ReadMessageHeader(event).template_id) {
    case sbe::BatchEnd::sbeTemplateId():
      OnBatchEnd(event);
      return Status::Ok();
    case sbe::ExecutionReport::sbeTemplateId():
      in_entry_ = true;
      orders_.Apply(event, rows_);
      return Status::Ok();
    case sbe::Trade::sbeTemplateId():
      in_entry_ = true;
      return trades_.Apply(event, rows_);
    default:
      // A definition of an image. When a damaged snapshot is given up for an older one, a second
      // image follows the first, and counts.
      image_position_ = Decode<sbe::Trade>(event).header().position();
      return Status::Ok();
  }
}

void HistoryWriter::OnBatchEnd(std::span<const std::byte> event) {
  in_entry_ = false;
  if (image_position_ > folded_position_) {
    NoteGap();
  }
  image_position_ = 0;
  if (!HasPending()) {
    pending_since_ns_ = clock_.MonotonicNs();
  }
  folded_position_ = Decode<sbe::BatchEnd>(event).position();
}

void HistoryWriter::NoteGap() {
  warn_("what happened behind position " + std::to_string(folded_position_) + " up to " +
        std::to_string(image_position_) + " is missing: the log begins later than history ends");
  std::string value;
  EncodeNumber(static_cast<std::uint64_t>(image_position_), value);
  HistoryKey key = HistoryKey::OfMeta("gap");
  key.Put64(static_cast<std::uint64_t>(folded_position_));
  rows_.Put(key, value);
}

bool HistoryWriter::IsWriteDue() const {
  if (in_entry_ || !HasPending()) {
    return false;
  }
  const std::int64_t stored = stored_position_.load();
  return batch_finished_ || rows_.size() >= rows_per_file_ || HasWaitedEnough() || lost_.load() ||
         wanted_durable_.load() > stored || questions_.HasAbove(stored) ||
         (is_open_ahead_ && questions_.size() != 0);
}

bool HistoryWriter::HasWaitedEnough() const {
  const std::int64_t waited_ns = clock_.MonotonicNs() - pending_since_ns_;
  const bool is_flood = static_cast<std::int64_t>(rows_.size()) * kLongestGatheringNs >=
                        static_cast<std::int64_t>(rows_per_file_) * waited_ns;
  return waited_ns >= kLongestGatheringNs || (waited_ns >= kLongestPendingNs && !is_flood);
}

void HistoryWriter::Fold() {
  is_open_ahead_ = is_open_ahead_ || orders_.changed() != 0;
  orders_.Finish(rows_);
  trades_.Finish(rows_);
  folded_rows_ = rows_.size();
}

void HistoryWriter::FinishBatch() {
  Fold();
  std::string value;
  EncodeNumber(static_cast<std::uint64_t>(folded_position_), value);
  rows_.Put(PositionKey(), value);
  rows_.Sort();
  batch_finished_ = true;
}

Status HistoryWriter::WritePending() {
  if (!batch_finished_) {
    FinishBatch();
  }
  const bool as_file = rows_.size() >= rows_per_file_ / 2;
  if (Status written = as_file ? store_.WriteFile(rows_) : store_.Write(rows_); !written.ok()) {
    return written;
  }
  rows_stored_ += rows_.size();
  rows_.Clear();
  folded_rows_ = 0;
  batch_finished_ = false;
  is_open_ahead_ = false;
  stored_position_ = folded_position_;
  return Status::Ok();
}

bool HistoryWriter::MustSync() const {
  return wanted_durable_.load() > durable_position_.load() &&
         stored_position_.load() > durable_position_.load();
}

Status HistoryWriter::SyncIfAsked() {
  if (!MustSync()) {
    return Status::Ok();
  }
  Status synced = store_.Sync();
  if (synced.ok()) {
    durable_position_ = stored_position_.load();
  }
  return synced;
}

bool HistoryWriter::AnswerQuestions() {
  const std::int64_t until_ns = clock_.MonotonicNs() + kAnsweringNs;
  const bool cannot_wait = IsTroubled() || IsAtItsEnd();
  if (is_open_ahead_ && !cannot_wait) {
    return false;  // the write that brings the rows up to the open orders is due now
  }
  bool worked = false;
  do {
    const auto waiting = questions_.Take(cannot_wait ? INT64_MAX : stored_position_.load());
    if (!waiting) {
      return worked;
    }
    Answer(*waiting);
    worked = true;
  } while (clock_.MonotonicNs() < until_ns);
  return worked;
}

void HistoryWriter::Answer(const Questions::Waiting& waiting) {
  Status status;
  if (waiting.position > stored_position_.load()) {
    const Status problem = Problem();
    status = {StatusCode::kUnavailable, "history has not reached position " +
                                            std::to_string(waiting.position) + ": " +
                                            (problem.ok() ? "it is stopping" : problem.message())};
  }
  waiting.question(StoreView(store_, open_, std::move(status)));
}

void HistoryWriter::Trouble(const Status& status) {
  ++write_errors_;
  retry_ns_ = clock_.MonotonicNs() + kRetryNs;
  bool is_new = false;
  {
    const std::lock_guard lock(problem_mutex_);
    is_new = trouble_.ok();
    trouble_ = status;
  }
  if (is_new) {
    warn_("cannot store at present, and tries again: " + status.message());
  }
}

void HistoryWriter::EndTrouble() {
  {
    const std::lock_guard lock(problem_mutex_);
    if (trouble_.ok()) {
      return;
    }
    trouble_ = Status::Ok();
  }
  warn_("stores again");
}

void HistoryWriter::Sleep() {
  std::int64_t limit_ns = kLongestSleepNs;
  bool wake_on_push = true;
  if (IsTroubled()) {
    limit_ns = std::max(retry_ns_ - clock_.MonotonicNs(), kNsPerMs);
    wake_on_push = false;
  } else if (HasPending() && questions_.size() == 0) {
    // Nobody waits: what comes meanwhile goes into the same write.
    limit_ns = kNapNs;
    wake_on_push = false;
  }
  wake_on_push_ = wake_on_push;
  waker_.Arm();
  const bool cannot_wait = IsTroubled() || IsAtItsEnd();
  const bool has_work = (wake_on_push && !backlog_.Empty()) ||
                        questions_.HasUpTo(cannot_wait ? INT64_MAX : stored_position_.load()) ||
                        (!IsTroubled() && MustSync());
  if (!has_work && !stopping_.load()) {
    waker_.Wait(limit_ns);
  }
  waker_.Disarm();
  wake_on_push_ = false;
}

void HistoryWriter::Finish() {
  Status status;
  do {
    const bool worked = TakeEvents();
    if (in_entry_ || (!worked && !HasPending())) {
      break;  // all is stored, or what is left is not a whole entry
    }
    status = HasPending() ? WritePending() : Status::Ok();
  } while (status.ok() && !IsTroubled() && clock_.MonotonicNs() < stop_deadline_ns_.load());
  if (!backlog_.Empty() || HasPending()) {
    warn_("stops before all is stored; the next start takes the rest from the log");
  }
  if (status.ok()) {
    status = store_.Sync();
  }
  if (status.ok()) {
    durable_position_ = stored_position_.load();
  } else {
    Trouble(status);
  }
  while (!questions_.CloseIfEmpty()) {
    while (const auto waiting = questions_.Take(INT64_MAX)) {
      Answer(*waiting);
    }
  }
}

}  // namespace lockstep
