// The database under history: RocksDB in one directory, one column family; keys.h names the rows.
//
// Durability: what was written survives kill -9 (its WAL is in the page cache, or its file there);
// after Sync loss of power too. Errors: kIoError and kCorruption with RocksDB's words;
// kAlreadyExists when another process has the directory. Threads: Write, WriteFile, Sync, Resume
// one at a time; reads any.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "history/keys.h"
#include "history/row_batch.h"

namespace lockstep {

class HistoryStore {
 public:
  [[nodiscard]] static Result<std::unique_ptr<HistoryStore>> Open(const std::string& directory);
  ~HistoryStore();
  HistoryStore(const HistoryStore&) = delete;
  HistoryStore& operator=(const HistoryStore&) = delete;

  // All of them or nothing. Requires sorted rows. After an error the same rows may be written
  // again: they are absolute.
  [[nodiscard]] Status Write(const RowBatch& rows);
  // The same, as a file of their own that joins the database: a quarter of the work for very many
  // rows; for few it would be a file more to look into.
  [[nodiscard]] Status WriteFile(const RowBatch& rows);
  [[nodiscard]] Status Sync();
  // Tries to leave the read-only state that RocksDB falls into after an error of the disk.
  [[nodiscard]] Status Resume();

  // False: no such row.
  [[nodiscard]] Result<bool> Get(const HistoryKey& key, std::string& value) const;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }

 private:
  explicit HistoryStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

  std::unique_ptr<rocksdb::DB> db_;
};

// Walks the rows whose keys begin with a prefix, in the order of keys.
class HistoryCursor {
 public:
  HistoryCursor(const HistoryStore& store, const HistoryKey& prefix);
  ~HistoryCursor();
  HistoryCursor(const HistoryCursor&) = delete;
  HistoryCursor& operator=(const HistoryCursor&) = delete;

  // To the first row at or after `key`, the last one at or before it, or the ends of the prefix.
  // False: there is none.
  bool Seek(const HistoryKey& key);
  bool SeekForPrev(const HistoryKey& key);
  bool SeekToFirst();
  bool SeekToLast();
  bool Next();
  bool Prev();

  // Of the present row; valid until the cursor moves.
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view value() const;
  // Why there was none, if it is not for the end of the rows.
  [[nodiscard]] Status status() const;

 private:
  std::string prefix_;
  std::string end_;  // the first key behind the prefix
  rocksdb::Slice end_slice_;
  rocksdb::Slice begin_slice_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

[[nodiscard]] Status FromRocksDb(const rocksdb::Status& status);
[[nodiscard]] inline rocksdb::Slice SliceOf(const HistoryKey& key) {
  return {key.view().data(), key.view().size()};
}

}  // namespace lockstep
