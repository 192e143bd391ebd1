// Pages over rows that are ordered by an id and, since ids are given in order of time, by time too:
// orders, fills, trades.
//
// Cost: two binary searches at most (each some twenty seeks), then one step for each row returned.
// Threads: those of the store.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "history/history.h"
#include "history/store.h"

namespace lockstep {

// `decode(key, value, row)` returns a Status; `time_of(row)` its time in ns, which never falls as
// the id grows. The id stands big-endian behind the prefix; rows may share one.
template <class Row, class Decode, class TimeOf>
class RowRange {
 public:
  RowRange(const HistoryStore& store, const HistoryKey& prefix, Decode decode, TimeOf time_of)
      : prefix_(prefix), cursor_(store, prefix), decode_(decode), time_of_(time_of) {}

  [[nodiscard]] Result<std::vector<Row>> Read(const HistoryRange& range) {
    std::vector<Row> rows;
    if (range.limit != 0) {
      if (range.from_id || range.start_ns) {
        ReadOldest(range, rows);
      } else {
        ReadNewest(range, rows);
      }
    }
    if (status_.ok()) {
      status_ = cursor_.status();
    }
    if (!status_.ok()) {
      return std::unexpected(status_);
    }
    return rows;
  }

 private:
  [[nodiscard]] HistoryKey KeyOf(std::uint64_t id) const { return HistoryKey(prefix_).Put64(id); }
  [[nodiscard]] std::uint64_t Id() const {
    return KeyNumber64(cursor_.key(), prefix_.view().size());
  }

  // The row that the cursor stands on. False: it cannot be read.
  bool Take(Row& row) {
    status_ = decode_(cursor_.key(), cursor_.value(), row);
    return status_.ok();
  }

  // The smallest number such that rows with this id or a higher one have `time_ns` or a later
  // time, as far as there are rows; nothing: all are earlier, or one could not be read.
  std::optional<std::uint64_t> FirstIdSince(std::int64_t time_ns) {
    Row row;
    if (!cursor_.SeekToFirst() || !Take(row)) {
      return std::nullopt;
    }
    std::uint64_t before = Id();
    if (time_of_(row) >= time_ns) {
      return before;
    }
    if (!cursor_.SeekToLast() || !Take(row) || time_of_(row) < time_ns) {
      return std::nullopt;
    }
    std::uint64_t since = Id();
    while (since - before > 1) {
      const std::uint64_t middle = before + (since - before) / 2;
      if (!cursor_.Seek(KeyOf(middle)) || !Take(row)) {
        return std::nullopt;
      }
      if (time_of_(row) >= time_ns) {
        since = middle;
      } else {
        before = Id();
      }
    }
    return since;
  }

  void ReadOldest(const HistoryRange& range, std::vector<Row>& rows) {
    std::uint64_t first = range.from_id.value_or(0);
    if (range.start_ns) {
      const auto since = FirstIdSince(*range.start_ns);
      if (!since) {
        return;
      }
      first = std::max(first, *since);
    }
    Row row;
    for (bool more = cursor_.Seek(KeyOf(first)); more && rows.size() < range.limit && Take(row) &&
                                                 time_of_(row) <= range.end_ns.value_or(INT64_MAX);
         more = cursor_.Next()) {
      rows.push_back(std::move(row));
      row = Row();
    }
  }

  void ReadNewest(const HistoryRange& range, std::vector<Row>& rows) {
    bool more = false;
    const std::int64_t end_ns = range.end_ns.value_or(INT64_MAX);
    const auto behind = end_ns == INT64_MAX ? std::nullopt : FirstIdSince(end_ns + 1);
    if (!status_.ok()) {
      return;
    }
    if (behind) {
      more = cursor_.Seek(KeyOf(*behind)) && cursor_.Prev();
    } else {
      more = cursor_.SeekToLast();
    }
    Row row;
    for (; more && rows.size() < range.limit && Take(row); more = cursor_.Prev()) {
      rows.push_back(std::move(row));
      row = Row();
    }
    std::ranges::reverse(rows);
  }

  HistoryKey prefix_;
  HistoryCursor cursor_;
  Decode decode_;
  TimeOf time_of_;
  Status status_;
};

}  // namespace lockstep
