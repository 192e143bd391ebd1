// History over RocksDB: follows the event ring, stores orders, fills, trades and candles, and
// answers questions about them.
//
//   EventRing ─► EventTail (its thread) ─► Backlog: memory, then a spool file ─► HistoryWriter (its
//   thread) ─► RocksDB
//
// - Never holds the engine back: the tail only copies; a slow disk fills the spool.
// - Exactly once: the position of the last entry is stored with its rows; what is replayed up to it
// is passed over. At the
//   first start on an older data directory, what lies before the log's beginning stays unknown (a
//   gap, which is told).
// - Nothing of the log may go before history has it on disk: a snapshot counts only once
// MakeDurable says so.
// Half-failures: see HistoryWriter. When the spool takes no more, or history holds more than the
// log (history of another log), recording stops with a reason and the exchange goes on; the next
// start takes from the log what is missing. Lifetime: from Open to the destructor, which stops it.
// Threads: Start, Recovered, Stop the owner's; the rest any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/event_ring.h"
#include "base/status.h"
#include "history/backlog.h"
#include "history/event_tail.h"
#include "history/history.h"
#include "history/history_writer.h"
#include "history/store.h"
#include "history/stored_market.h"

namespace lockstep {

struct HistoryOptions {
  std::string directory;        // the database's; made if it is not there
  std::string spool_directory;  // empty: `directory`
  BacklogOptions backlog;
  // In a flood of events rows go to the database in files of so many: about 30 MB.
  std::size_t rows_per_file = 250'000;
  // How long Stop may go on storing what is waiting; the log has the rest.
  std::int64_t stop_limit_ns = 10'000'000'000;
  // Told what is missing, or why nothing is stored. Any thread. Unset: one line on stderr.
  HistoryWriter::WarningHandler warn;
};

class HistoryRecorder final : public History {
 public:
  // What other threads may know of it, for metrics; each true by itself, not all at one moment.
  struct Summary {
    std::int64_t seen_position = 0;     // of the newest entry taken off the ring
    std::int64_t stored_position = 0;   // of the newest entry stored
    std::int64_t durable_position = 0;  // of the newest that survives loss of power, as known
    std::size_t ring_lag_bytes = 0;     // on the ring, published and not yet read
    std::size_t backlog_bytes = 0;      // in memory, not yet stored
    std::int64_t spool_bytes = 0;       // on disk, not yet stored
    std::uint64_t spooled_bytes = 0;    // that ever went through the spool
    std::uint64_t rows = 0;             // stored
    std::uint64_t write_errors = 0;
    std::size_t questions = 0;  // waiting
  };

  // kIoError, kCorruption, kUnimplemented (rows of a newer build), kAlreadyExists (another process
  // has the directory). `reader` must outlive the recorder, which alone polls it.
  [[nodiscard]] static Result<std::unique_ptr<HistoryRecorder>> Open(const HistoryOptions& options,
                                                                     EventRing::Reader& reader);
  ~HistoryRecorder() override { Stop(); }
  HistoryRecorder(const HistoryRecorder&) = delete;
  HistoryRecorder& operator=(const HistoryRecorder&) = delete;

  // Before Start: the markets as of stored_position().
  [[nodiscard]] Result<std::vector<StoredMarket>> LoadMarkets() const {
    return LoadStoredMarkets(*store_);
  }

  void Start();
  // The log has been replayed up to `position`; the engine has not gone on yet. After Start.
  void Recovered(std::int64_t position) { tail_.Recovered(position); }
  // Takes what is on the ring by now, stores it, makes it durable and answers what waits. The
  // ring's writer must not go on. Idempotent.
  void Stop();

  // A question that waits at Stop is answered then, with the status kUnavailable if its position
  // was not reached; one that comes later, likewise, on the caller's thread.
  void Ask(std::int64_t position, std::function<void(const HistoryView&)> question) override;

  // True: all up to `position` survives a loss of power. False: not yet; it is being seen to, ask
  // again. An error: this process will not get there.
  [[nodiscard]] Result<bool> MakeDurable(std::int64_t position) {
    return writer_.MakeDurable(position);
  }

  [[nodiscard]] std::int64_t stored_position() const { return writer_.stored_position(); }
  [[nodiscard]] std::int64_t durable_position() const { return writer_.durable_position(); }
  // Ok while everything is being stored; else why it is not.
  [[nodiscard]] Status Problem() const { return writer_.Problem(); }
  [[nodiscard]] Summary GetSummary() const;

 private:
  HistoryRecorder(const HistoryOptions& options, std::unique_ptr<HistoryStore> store,
                  std::unique_ptr<Backlog> backlog, std::unique_ptr<HistoryWriter> writer,
                  EventRing::Reader& reader);

  const std::int64_t stop_limit_ns_;
  std::unique_ptr<HistoryStore> store_;
  std::unique_ptr<Backlog> backlog_;
  std::unique_ptr<HistoryWriter> writer_owner_;
  HistoryWriter& writer_;
  EventTail tail_;
};

}  // namespace lockstep
