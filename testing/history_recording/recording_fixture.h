// A directory for history that goes away, recorders on it, and what they warned of.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

#include "history/history_recorder.h"
#include "testing/history_recording/history_market.h"

namespace lockstep {

class RecordingFixture : public ::testing::Test {
 protected:
  RecordingFixture() {
    std::string pattern = ::testing::TempDir() + "/lockstep-history-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~RecordingFixture() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  [[nodiscard]] const std::string& directory() const { return directory_; }
  HistoryOptions Options() {
    HistoryOptions options;
    options.directory = directory_ + "/history";
    options.warn = [this](std::string_view warning) {
      const std::lock_guard lock(mutex_);
      warnings_ += std::string(warning) + "\n";
    };
    return options;
  }
  std::string Warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }

  static std::unique_ptr<HistoryRecorder> OpenOnly(HistoryMarket& market,
                                                   const HistoryOptions& options) {
    auto recorder = HistoryRecorder::Open(options, market.Attach());
    EXPECT_TRUE(recorder.has_value()) << recorder.error().message();
    return recorder ? std::move(*recorder) : nullptr;
  }
  static std::unique_ptr<HistoryRecorder> Open(HistoryMarket& market,
                                               const HistoryOptions& options) {
    auto recorder = OpenOnly(market, options);
    recorder->Start();
    return recorder;
  }
  std::unique_ptr<HistoryRecorder> Open(HistoryMarket& market) { return Open(market, Options()); }

  // Waits until all up to `position` has been taken off the ring.
  static void AwaitRead(const HistoryRecorder& recorder, std::int64_t position) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (recorder.GetSummary().seen_position < position) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      sched_yield();
    }
  }

 private:
  std::string directory_;
  std::mutex mutex_;
  std::string warnings_;
};

}  // namespace lockstep
