// Stores what the backlog holds, and answers questions, on one thread: so a question sees a state
// that stands still and needs no lock.
//
// - One write to the database for many log entries: after 50 ms, in a flood when there are enough
//   rows for a file of their own, or when a question waits for what is not stored yet. It holds
//   whole entries and the position of the last one, so that each entry is stored exactly once.
// - A snapshot that was loaded past the stored position is a gap: it is told, kept in the store,
// and stepped over.
// Half-failures: a write that fails is tried again every second, and questions are meanwhile
// answered from what there is, with a status; when events have been lost (NoteLoss) the rest of the
// backlog is stored and then no more. Either way the stored position stays where it is, and the log
// brings the rest at the next start. Threads: its own; Load, Start, Stop the owner's; the rest any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/waker.h"
#include "history/backlog.h"
#include "history/history.h"
#include "history/open_order_index.h"
#include "history/order_fold.h"
#include "history/questions.h"
#include "history/row_batch.h"
#include "history/store.h"
#include "history/trade_fold.h"

namespace lockstep {

class HistoryWriter {
 public:
  using WarningHandler = std::function<void(std::string_view)>;

  // All must outlive the writer. Call Load before anything else.
  HistoryWriter(HistoryStore& store, Backlog& backlog, std::size_t rows_per_file,
                WarningHandler warn);
  ~HistoryWriter() { Stop(0); }
  HistoryWriter(const HistoryWriter&) = delete;
  HistoryWriter& operator=(const HistoryWriter&) = delete;

  // Reads the stored position and the open orders.
  [[nodiscard]] Status Load();
  void Start();
  // Stores what the backlog holds, for `limit_ns` at most, makes it durable, answers all questions
  // and ends the thread. The backlog must not grow any more. Idempotent.
  void Stop(std::int64_t limit_ns);

  // See History::Ask. After Stop it runs at once on the caller's thread.
  void Ask(std::int64_t position, Questions::Question question);
  // The backlog has more.
  void NotifyPushed();
  // Events behind what is in the backlog are lost to this process.
  void NoteLoss(const Status& status);
  // True: all up to `position` survives a loss of power. False: not yet, but it is being seen to.
  // An error: this process will not get there.
  [[nodiscard]] Result<bool> MakeDurable(std::int64_t position);

  [[nodiscard]] std::int64_t stored_position() const { return stored_position_.load(); }
  [[nodiscard]] std::int64_t durable_position() const { return durable_position_.load(); }
  [[nodiscard]] std::uint64_t write_errors() const { return write_errors_.load(); }
  [[nodiscard]] std::uint64_t rows_stored() const { return rows_stored_.load(); }
  [[nodiscard]] std::size_t questions_waiting() const { return questions_.size(); }
  // Ok while everything is being stored; else why it is not.
  [[nodiscard]] Status Problem() const;

 private:
  void Run();
  // One turn of the duty cycle. True: there was something to do.
  bool DoWork();
  bool TakeEvents();
  [[nodiscard]] bool NextBlock();
  [[nodiscard]] Status OnEvent(std::span<const std::byte> event);
  void OnBatchEnd(std::span<const std::byte> event);
  void NoteGap();
  [[nodiscard]] bool IsWriteDue() const;
  [[nodiscard]] bool HasWaitedEnough() const;
  // Turns what has been gathered of orders and trades into rows.
  void Fold();
  void FinishBatch();
  [[nodiscard]] Status WritePending();
  [[nodiscard]] Status SyncIfAsked();
  bool AnswerQuestions();
  void Answer(const Questions::Waiting& waiting);
  void Trouble(const Status& status);
  void EndTrouble();
  void Sleep();
  void Finish();
  [[nodiscard]] bool HasPending() const { return folded_position_ > stored_position_.load(); }
  [[nodiscard]] bool IsTroubled() const { return retry_ns_ != 0; }
  [[nodiscard]] std::size_t UnfoldedRows() const {
    return orders_.changed() + rows_.size() - folded_rows_;
  }
  [[nodiscard]] bool MustSync() const;
  // No more will be stored than has been.
  [[nodiscard]] bool IsAtItsEnd() const;

  HistoryStore& store_;
  Backlog& backlog_;
  const std::size_t rows_per_file_;
  const WarningHandler warn_;
  const SystemClock clock_;
  OpenOrderIndex open_;
  OrderFold orders_;
  TradeFold trades_;
  Questions questions_;
  Waker waker_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> stop_deadline_ns_{0};
  std::atomic<bool> wake_on_push_{false};
  std::atomic<bool> lost_{false};

  std::atomic<std::int64_t> stored_position_{0};
  std::atomic<std::int64_t> durable_position_{0};
  std::atomic<std::int64_t> wanted_durable_{0};
  std::atomic<std::uint64_t> write_errors_{0};
  std::atomic<std::uint64_t> rows_stored_{0};
  mutable std::mutex problem_mutex_;
  Status trouble_;  // of the last try to store
  Status loss_;

  // The writer's thread alone:
  std::vector<std::byte> block_;
  std::size_t block_offset_ = 0;
  RowBatch rows_;
  std::size_t folded_rows_ = 0;  // of rows_, as of the last Fold
  bool batch_finished_ = false;  // complete, but the disk has not taken it yet
  bool is_open_ahead_ = false;   // open_ holds what is in rows_ and not in the store
  bool in_entry_ = false;
  std::int64_t folded_position_ = 0;  // of the newest entry taken in
  std::int64_t image_position_ = 0;   // of the snapshot loaded; 0: none
  std::int64_t pending_since_ns_ = 0;
  std::int64_t retry_ns_ = 0;  // when to try again; 0: no trouble
};

}  // namespace lockstep
