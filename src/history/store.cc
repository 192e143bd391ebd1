#include "history/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "base/posix_file.h"

namespace lockstep {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;
// A file of rows until the database has it; what is left of one is written over.
constexpr const char* kNextFile = "/next.rows";

// RocksDB's own log file is of no use here, and on a full disk its writer fails an assertion of
// Debian's build. Every error comes back as a status.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// Rows of one account and symbol come in the order of their ids: the memtable finds the place of
// the next beside that of the last instead of from its top.
class RowsOfOneKind final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "lockstep.RowsOfOneKind"; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), PrefixBytes(key)};
  }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override {
    return key.size() > PrefixBytes(key);
  }

 private:
  static std::size_t PrefixBytes(const rocksdb::Slice& key) {
    switch (static_cast<HistoryTable>(key[0])) {
      case HistoryTable::kAggregateTrades:
      case HistoryTable::kTrades:
      case HistoryTable::kCandles:
        return 1 + sizeof(std::uint32_t);
      default:
        return 1 + sizeof(std::uint64_t) + sizeof(std::uint32_t);
    }
  }
};

rocksdb::CompressionType BestCompression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  for (const auto type : {rocksdb::kLZ4Compression, rocksdb::kSnappyCompression}) {
    if (std::ranges::find(supported, type) != supported.end()) {
      return type;
    }
  }
  return rocksdb::kNoCompression;
}

rocksdb::Options StoreOptions() {
  rocksdb::BlockBasedTableOptions table;
  // Undivided: one thread asks, and the filter of a file is as large as a shard would be.
  table.block_cache = rocksdb::NewLRUCache(64 * kMiB, 0);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_size = std::size_t{16} << 10U;

  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 32 * kMiB;
  options.max_write_buffer_number = 3;
  options.allow_concurrent_memtable_write = false;  // there is one writer
  options.memtable_insert_with_hint_prefix_extractor = std::make_shared<RowsOfOneKind>();
  options.max_background_jobs = 2;
  // Under load the youngest level gets a file of some 30 MB each second or two: the fewer times
  // they are merged into the next, which is rewritten then, the less the market has to share its
  // cores.
  options.level0_file_num_compaction_trigger = 8;
  options.max_bytes_for_level_base = 512 * kMiB;
  options.max_open_files = 512;
  // The two youngest levels are rewritten too often to be worth packing.
  options.compression = BestCompression();
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression,
                                   options.compression};
  options.bytes_per_sync = kMiB;
  // The WAL brings the memtable back at the next start, so the end does not wait for a flush. The
  // start does: rows that stand only in the old WAL are not durable, and syncing the new one does
  // not make them so.
  options.avoid_flush_during_shutdown = true;
  options.avoid_flush_during_recovery = false;
  // An idle exchange does nothing.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<NoLog>();
  return options;
}

}  // namespace

Status FromRocksDb(const rocksdb::Status& status) {
  if (status.ok()) {
    return Status::Ok();
  }
  return {status.IsCorruption() ? StatusCode::kCorruption : StatusCode::kIoError,
          status.ToString()};
}

Result<std::unique_ptr<HistoryStore>> HistoryStore::Open(const std::string& directory) {
  if (Status made = MakeDirectories(directory); !made.ok()) {
    return std::unexpected(made);
  }
  rocksdb::Options options = StoreOptions();
  // Flush and compaction can wait; the market on the same cores cannot.
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW);
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::HIGH);
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, directory, &opened);
  if (status.ok()) {
    return std::unique_ptr<HistoryStore>(new HistoryStore(std::unique_ptr<rocksdb::DB>(opened)));
  }
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("lock") != std::string::npos) {
    return Error(StatusCode::kAlreadyExists,
                 directory + ": another process uses this directory (" + text + ")");
  }
  return Error(FromRocksDb(status).code(), directory + ": " + text);
}

HistoryStore::~HistoryStore() = default;

Status HistoryStore::Write(const RowBatch& rows) {
  rocksdb::WriteBatch batch;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RowBatch::Row row = rows[i];
    const rocksdb::Status added =
        row.is_deletion ? batch.Delete(row.key) : batch.Put(row.key, row.value);
    if (!added.ok()) {
      return FromRocksDb(added);
    }
  }
  return FromRocksDb(db_->Write(rocksdb::WriteOptions(), &batch));
}

Status HistoryStore::WriteFile(const RowBatch& rows) {
  rocksdb::Options options = db_->GetOptions();
  options.compression = rocksdb::kNoCompression;
  options.compression_per_level.clear();
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(options), options);
  const std::string path = db_->GetName() + kNextFile;
  // What a killed process has left under this name may be a link to a file that the database has
  // taken over meanwhile: to write into it would write into that one.
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) {
    return {StatusCode::kIoError, path + ": " + error.message()};
  }
  rocksdb::Status status = file.Open(path);
  for (std::size_t i = 0; status.ok() && i < rows.size(); ++i) {
    const RowBatch::Row row = rows[i];
    status = row.is_deletion ? file.Delete(row.key) : file.Put(row.key, row.value);
  }
  if (status.ok()) {
    status = file.Finish();
  }
  if (status.ok()) {
    rocksdb::IngestExternalFileOptions how;
    how.move_files = true;
    how.snapshot_consistency = false;  // no reader outlives its turn on the writer's thread
    status = db_->IngestExternalFile({path}, how);
  }
  return FromRocksDb(status);
}

Status HistoryStore::Sync() { return FromRocksDb(db_->FlushWAL(true)); }

Status HistoryStore::Resume() { return FromRocksDb(db_->Resume()); }

Result<bool> HistoryStore::Get(const HistoryKey& key, std::string& value) const {
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), SliceOf(key), &value);
  if (status.IsNotFound()) {
    return false;
  }
  if (!status.ok()) {
    return std::unexpected(FromRocksDb(status));
  }
  return true;
}

HistoryCursor::HistoryCursor(const HistoryStore& store, const HistoryKey& prefix)
    : prefix_(prefix.view()), end_(prefix_) {
  // A prefix begins with a letter, so there is a byte that can be raised.
  while (static_cast<unsigned char>(end_.back()) == 0xff) {
    end_.pop_back();
  }
  end_.back() = static_cast<char>(end_.back() + 1);
  begin_slice_ = prefix_;
  end_slice_ = end_;
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &begin_slice_;
  options.iterate_upper_bound = &end_slice_;
  rows_.reset(store.db().NewIterator(options));
}

HistoryCursor::~HistoryCursor() = default;

bool HistoryCursor::Seek(const HistoryKey& key) {
  rows_->Seek(SliceOf(key));
  return rows_->Valid();
}

bool HistoryCursor::SeekForPrev(const HistoryKey& key) {
  rows_->SeekForPrev(SliceOf(key));
  return rows_->Valid();
}

bool HistoryCursor::SeekToFirst() {
  rows_->SeekToFirst();
  return rows_->Valid();
}

bool HistoryCursor::SeekToLast() {
  rows_->SeekToLast();
  return rows_->Valid();
}

bool HistoryCursor::Next() {
  rows_->Next();
  return rows_->Valid();
}

bool HistoryCursor::Prev() {
  rows_->Prev();
  return rows_->Valid();
}

std::string_view HistoryCursor::key() const { return rows_->key().ToStringView(); }
std::string_view HistoryCursor::value() const { return rows_->value().ToStringView(); }
Status HistoryCursor::status() const { return FromRocksDb(rows_->status()); }

}  // namespace lockstep
