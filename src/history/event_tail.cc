#include "history/event_tail.h"

#include <time.h>

#include <array>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/thread_kind.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kEventsPerTurn = 4'096;
constexpr std::size_t kBlockBytes = 262'144;
constexpr std::int64_t kLongestSleepNs = 1'000'000'000;
// While the market moves, the tail looks every so often instead of being woken for each entry,
// which would cost the engine a system call each time.
constexpr timespec kNap = {.tv_sec = 0, .tv_nsec = 1'000'000};

// All events begin with the EventHeader, so any codec of them reads it.
sbe::Trade AnyEvent(std::span<const std::byte> event) { return Decode<sbe::Trade>(event); }

}  // namespace

EventTail::EventTail(EventRing::Reader& reader, Backlog& backlog, std::int64_t start_position,
                     Callbacks callbacks)
    : reader_(reader),
      backlog_(backlog),
      start_position_(start_position),
      callbacks_(std::move(callbacks)) {}

void EventTail::Start() {
  LOCKSTEP_ASSERT(!thread_.joinable());
  thread_ = std::thread([this] {
    DescribeThread("history-tail", ThreadKind::kPrompt);
    Run();
  });
}

void EventTail::Stop() {
  if (thread_.joinable()) {
    stopping_.store(true, std::memory_order_release);
    reader_.waker().Notify();
    thread_.join();
  }
}

void EventTail::Recovered(std::int64_t position) {
  LOCKSTEP_ASSERT(thread_.joinable() && position >= 0);
  recovered_position_.store(position);
  reader_.waker().Notify();
  while (recovered_position_.load() != kNothing) {
    nanosleep(&kNap, nullptr);
  }
}

void EventTail::Run() {
  for (;;) {
    const bool stopping = stopping_.load(std::memory_order_acquire);
    const std::size_t events = DoWork();
    if (events == kEventsPerTurn) {
      continue;
    }
    if (stopping && events == 0) {
      return;
    }
    if (events > 0) {
      nanosleep(&kNap, nullptr);
      continue;
    }
    Waker& waker = reader_.waker();
    waker.Arm();
    if (reader_.Empty() && recovered_position_.load() == kNothing &&
        !stopping_.load(std::memory_order_acquire)) {
      waker.Wait(kLongestSleepNs);
    }
    waker.Disarm();
  }
}

std::size_t EventTail::DoWork() {
  // Looked at before the ring: what was published before it was set must come first.
  const std::int64_t recovered = recovered_position_.load();
  const std::size_t events =
      reader_.Poll([this](std::span<const std::byte> event) { OnEvent(event); }, kEventsPerTurn);
  if (events < kEventsPerTurn) {
    if (recovered != kNothing) {
      PassRecovered(recovered);
    }
    PushBlock();
    if (recovered != kNothing) {
      recovered_position_.store(kNothing);
    }
  }
  return events;
}

void EventTail::OnEvent(std::span<const std::byte> event) {
  switch (ReadMessageHeader(event).template_id) {
    case sbe::BatchEnd::sbeTemplateId():
      OnBatchEnd(event);
      return;
    case sbe::ExecutionReport::sbeTemplateId():
      if (Decode<sbe::ExecutionReport>(event).execType() == sbe::ExecType::STATUS) {
        return;
      }
      break;
    case sbe::Trade::sbeTemplateId():
      break;
    case sbe::AssetDefinition::sbeTemplateId():
    case sbe::SymbolDefinition::sbeTemplateId():
      if ((AnyEvent(event).header().flags() & kEventImage) == 0) {
        return;
      }
      break;
    default:
      return;
  }
  if (AnyEvent(event).header().position() > start_position_ && !lost_) {
    AppendToBlock(block_, event);
    if (block_.size() >= kBlockBytes) {
      PushBlock();
    }
  }
}

void EventTail::OnBatchEnd(std::span<const std::byte> event) {
  auto end = Decode<sbe::BatchEnd>(event);
  seen_position_.store(end.position());
  if (end.position() > start_position_) {
    if (!lost_) {
      AppendToBlock(block_, event);
    }
  } else if (end.replaying() == 0) {
    LoseForOtherLog(end.position());
  }
}

void EventTail::PassRecovered(std::int64_t position) {
  if (position < start_position_) {
    LoseForOtherLog(position);
  } else if (position > seen_position_.load() && position > start_position_ && !lost_) {
    // No entry has said so: a snapshot was loaded, and no log lies behind it.
    std::array<std::byte, kMessageHeaderBytes + sbe::BatchEnd::sbeBlockLength()> buffer{};
    Encode<sbe::BatchEnd>(buffer.data(), buffer.size()).position(position).replaying(1);
    AppendToBlock(block_, buffer);
    seen_position_.store(position);
  }
}

void EventTail::PushBlock() {
  if (block_.empty()) {
    return;
  }
  const Status pushed = backlog_.Push(std::exchange(block_, {}));
  if (!pushed.ok()) {
    Lose(pushed);
    return;
  }
  callbacks_.pushed();
}

void EventTail::LoseForOtherLog(std::int64_t log_position) {
  Lose({StatusCode::kCorruption,
        "history holds position " + std::to_string(start_position_) + ", but the log ends at " +
            std::to_string(log_position) +
            ": history is of another log, or of entries that the log has lost"});
}

void EventTail::Lose(const Status& status) {
  if (!std::exchange(lost_, true)) {
    block_.clear();
    callbacks_.lost(status);
  }
}

}  // namespace lockstep
