#include "history/history_recorder.h"

#include <cstdio>
#include <utility>

namespace lockstep {
namespace {

constexpr const char* kSpoolName = "/events.spool";

void WarnOnStderr(std::string_view warning) {
  std::fprintf(stderr, "history: %.*s\n", static_cast<int>(warning.size()), warning.data());
}

}  // namespace

HistoryRecorder::HistoryRecorder(const HistoryOptions& options, std::unique_ptr<HistoryStore> store,
                                 std::unique_ptr<Backlog> backlog,
                                 std::unique_ptr<HistoryWriter> writer, EventRing::Reader& reader)
    : stop_limit_ns_(options.stop_limit_ns),
      store_(std::move(store)),
      backlog_(std::move(backlog)),
      writer_owner_(std::move(writer)),
      writer_(*writer_owner_),
      tail_(reader, *backlog_, writer_.stored_position(),
            {.pushed = [this] { writer_.NotifyPushed(); },
             .lost = [this](const Status& status) { writer_.NoteLoss(status); }}) {}

Result<std::unique_ptr<HistoryRecorder>> HistoryRecorder::Open(const HistoryOptions& options,
                                                               EventRing::Reader& reader) {
  auto store = HistoryStore::Open(options.directory);
  if (!store) {
    return std::unexpected(store.error());
  }
  const std::string& spool_directory =
      options.spool_directory.empty() ? options.directory : options.spool_directory;
  auto backlog = std::make_unique<Backlog>(spool_directory + kSpoolName, options.backlog);
  if (Status opened = backlog->Open(); !opened.ok()) {
    return std::unexpected(opened);
  }
  auto writer = std::make_unique<HistoryWriter>(
      **store, *backlog, options.rows_per_file,
      options.warn ? options.warn : HistoryWriter::WarningHandler(WarnOnStderr));
  if (Status loaded = writer->Load(); !loaded.ok()) {
    return Error(loaded.code(), options.directory + ": " + loaded.message());
  }
  return std::unique_ptr<HistoryRecorder>(new HistoryRecorder(
      options, std::move(*store), std::move(backlog), std::move(writer), reader));
}

void HistoryRecorder::Start() {
  writer_.Start();
  tail_.Start();
}

void HistoryRecorder::Stop() {
  tail_.Stop();
  writer_.Stop(stop_limit_ns_);
}

void HistoryRecorder::Ask(std::int64_t position, std::function<void(const HistoryView&)> question) {
  writer_.Ask(position, std::move(question));
}

HistoryRecorder::Summary HistoryRecorder::GetSummary() const {
  return {.seen_position = tail_.seen_position(),
          .stored_position = writer_.stored_position(),
          .durable_position = writer_.durable_position(),
          .ring_lag_bytes = tail_.LagBytes(),
          .backlog_bytes = backlog_->memory_bytes(),
          .spool_bytes = backlog_->spool_bytes(),
          .spooled_bytes = backlog_->spooled_bytes(),
          .rows = writer_.rows_stored(),
          .write_errors = writer_.write_errors(),
          .questions = writer_.questions_waiting()};
}

}  // namespace lockstep
