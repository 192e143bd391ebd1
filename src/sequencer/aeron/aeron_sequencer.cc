#include "sequencer/aeron/aeron_sequencer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "base/thread_kind.h"
#include "sequencer/directory_lock.h"

namespace lockstep {
namespace {

// Aeron's small buffers of 64 KiB carry messages of an eighth.
constexpr std::size_t kMaxMtu = 8'192;
constexpr std::int64_t kMillisecondNs = 1'000'000;
// How long the driver lives on after the consensus module, so that the others hear of its end.
constexpr std::int64_t kLingerNs = 500 * kMillisecondNs;
constexpr int kSocketBytes = 2 << 20;
constexpr int kFragments = 64;

AeronOptions WithDefaults(AeronOptions options) {
  LOCKSTEP_ASSERT(options.clock != nullptr);
  if (!options.warn) {
    options.warn = [](std::string_view warning) {
      std::fprintf(stderr, "aeron: %.*s\n", static_cast<int>(warning.size()), warning.data());
    };
  }
  if (options.driver_directory.empty()) {
    std::error_code ignored;
    const auto whole = std::filesystem::absolute(options.directory, ignored).string();
    options.driver_directory =
        fmt::format("/dev/shm/lockstep-{:016x}", std::hash<std::string>{}(whole));
  }
  return options;
}

}  // namespace

AeronSequencer::AeronSequencer(AeronOptions options, Leadership& leadership,
                               IngressClosed on_ingress_closed)
    : options_(WithDefaults(std::move(options))),
      leadership_(leadership),
      on_ingress_closed_(std::move(on_ingress_closed)),
      snapshots_(options_.directory + "/snapshots", options_.warn),
      keeper_(
          snapshots_, {.log = nullptr, .other = options_.snapshot_gate},
          // Not removed here: other nodes may need more of the log than this one.
          [this](std::int64_t position) {
            older_snapshot_.store(position);
            return Status::Ok();
          },
          options_.warn) {}

AeronSequencer::~AeronSequencer() {
  Stop();
  keeper_.Stop();
}

Status AeronSequencer::CheckOptions() const {
  const auto bad = [](std::string text) {
    return Status(StatusCode::kInvalidArgument, std::move(text));
  };
  const auto is_this = [this](const AeronMember& member) { return member.id == options_.member; };
  if (options_.members.empty() || options_.members.size() % 2 == 0) {
    return bad("a cluster has 1, 3 or 5 members, not " + std::to_string(options_.members.size()));
  }
  if (std::ranges::count_if(options_.members, is_this) != 1) {
    return bad("member " + std::to_string(options_.member) + " is not in the list of members once");
  }
  if (options_.mtu % 32 != 0 || options_.mtu < limits::kMinBatchBytes + kAeronHeaderBytes ||
      options_.mtu > kMaxMtu) {
    return bad("mtu is a multiple of 32 from " +
               std::to_string(limits::kMinBatchBytes + kAeronHeaderBytes) + " to " +
               std::to_string(kMaxMtu) + ", not " + std::to_string(options_.mtu));
  }
  if (options_.timeouts.canvass_timeout_ns < 2 * options_.timeouts.heartbeat_timeout_ns) {
    return bad("the canvass time-out is at least twice the heartbeat's");
  }
  return Status::Ok();
}

Status AeronSequencer::Recover(StateMachine& state) {
  LOCKSTEP_ASSERT(engine_waker_ != nullptr && sequencer_waker_ != nullptr);
  state_ = &state;
  Status status = CheckOptions();
  if (status.ok()) {
    status = MakeDirectories(options_.directory);
  }
  if (status.ok()) {
    status = LockDirectory();
  }
  if (status.ok()) {
    status = RemoveStaleMarks();
  }
  if (status.ok()) {
    status = snapshots_.Prepare();
  }
  if (status.ok()) {
    status = JavaMachine::Create(options_.java);
  }
  if (status.ok()) {
    status = AeronNode::Bind(*this);
  }
  if (!status.ok()) {
    return status;
  }
  started_ = true;
  status = AeronNode::Start(Settings());
  snapshot_asked_position_ = keeper_.position();
  snapshot_asked_ns_ = options_.clock->MonotonicNs();
  return status;
}

Status AeronSequencer::LockDirectory() {
  auto lock = LockDataDirectory(options_.directory, *options_.clock, options_.lock_wait_ns);
  if (!lock) {
    return lock.error();
  }
  lock_ = std::move(*lock);
  return Status::Ok();
}

// Aeron's own marks would make a restart wait until they are old; the lock says that their owner is
// gone.
Status AeronSequencer::RemoveStaleMarks() const {
  for (const char* mark : {"/cluster/cluster-mark.dat", "/cluster/cluster-mark-service-0.dat",
                           "/archive/archive-mark.dat"}) {
    const std::string path = options_.directory + mark;
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) {
      return {StatusCode::kIoError, path + ": " + error.message()};
    }
  }
  return Status::Ok();
}

std::string AeronSequencer::MembersText() const {
  std::string text;
  for (const AeronMember& member : options_.members) {
    const auto at = [&member](int offset) {
      return member.host + ":" + std::to_string(member.base_port + offset);
    };
    text += fmt::format("{}{},{},{},{},{},{}", text.empty() ? "" : "|", member.id, at(1), at(2),
                        at(3), at(4), at(0));
  }
  return text;
}

std::string AeronSequencer::Settings() const {
  const AeronTimeouts& times = options_.timeouts;
  const auto own = std::ranges::find(options_.members, options_.member, &AeronMember::id);
  std::vector<std::int32_t> ids;
  ids.reserve(options_.members.size());
  for (const AeronMember& member : options_.members) {
    ids.push_back(member.id);
  }
  std::string text;
  const auto add = [&text](std::string_view key, const auto& value) {
    text += fmt::format("{}={}\n", key, value);
  };
  add("member", options_.member);
  add("members", MembersText());
  add("host", own->host);
  add("archive.endpoint", fmt::format("{}:{}", own->host, own->base_port));
  add("aeron.dir", options_.driver_directory);
  add("archive.dir", options_.directory + "/archive");
  add("cluster.dir", options_.directory + "/cluster");
  add("mtu", options_.mtu);
  add("ipc.term.bytes", options_.ipc_term_bytes);
  add("log.term.bytes", options_.log_term_bytes);
  add("segment.bytes", options_.segment_bytes);
  add("socket.bytes", kSocketBytes);
  add("fragments", kFragments);
  add("file.sync", options_.file_sync_level);
  add("heartbeat.timeout.ns", times.heartbeat_timeout_ns);
  add("heartbeat.interval.ns", times.heartbeat_interval_ns);
  add("election.timeout.ns", times.election_timeout_ns);
  add("election.status.ns", times.election_status_ns);
  add("canvass.timeout.ns", times.canvass_timeout_ns);
  add("session.timeout.ns", times.session_timeout_ns);
  add("driver.timer.ns", times.driver_timer_ns);
  add("driver.status.ns", times.driver_status_ns);
  add("driver.receiver.ns", times.driver_receiver_ns);
  add("member.ids", fmt::format("{}", fmt::join(ids, ",")));
  add("nomination.step.ns", times.nomination_step_ns);
  add("nomination.step.at.start.ns", times.nomination_step_at_start_ns);
  return text;
}

// ---- sequencer thread ----

std::expected<std::int64_t, AppendError> AeronSequencer::Append(std::span<const std::byte> entry) {
  if (leadership_.tenure() == Leadership::kNoTenure) {
    return std::unexpected(AppendError::kNotLeader);
  }
  const std::int64_t result = AeronNode::Append(entry);
  if (result <= 0) {
    // Refused for good only when the role is lost, which the next turn will tell.
    return std::unexpected(AppendError::kBackPressured);
  }
  return result;
}

bool AeronSequencer::HasWork() const {
  return consensus_work_.load(std::memory_order_acquire) != consensus_work_seen_;
}

std::size_t AeronSequencer::Commit() {
  consensus_work_seen_ = consensus_work_.load(std::memory_order_acquire);
  const int work = AeronNode::Duty(block_);
  if (work < 0) {
    if (!stopping_.load()) {
      Report("the consensus module has ended", true);
    }
    return 0;
  }
  FollowBlock();
  SnapshotIfDue();
  if (work > 0) {
    io_work_.fetch_add(1, std::memory_order_release);
    io_waker_.Notify();
    WakeService();
  }
  return static_cast<std::size_t>(work);
}

void AeronSequencer::FollowBlock() {
  const bool leads = block_.role == kAeronLeaderRole;
  if (leadership_.leader() != block_.leader) {
    Report(fmt::format("member {}: {} at position {}, term {}", options_.member,
                       block_.leader < 0 ? std::string("no leader is known")
                                         : fmt::format("member {} leads", block_.leader),
                       block_.commit_position, block_.term),
           false);
  }
  role_.store(leads ? Role::kLeader : (block_.leader < 0 ? Role::kCandidate : Role::kFollower),
              std::memory_order_release);
  term_.store(block_.term);
  committed_.store(block_.commit_position, std::memory_order_release);
  leadership_.SetLeader(static_cast<std::int32_t>(block_.leader));
  const bool open = leadership_.tenure() != Leadership::kNoTenure;
  if (block_.ready == 0) {
    if (open) {
      leadership_.Close();
    }
  } else if (!open) {
    // What came in between was dropped by the batcher's turn before this one.
    leadership_.Open(block_.term);
    Report(fmt::format("member {} takes commands", options_.member), false);
  }
}

void AeronSequencer::SnapshotIfDue() {
  if (block_.ready == 0) {
    return;
  }
  const std::int64_t grown = applied_position() - snapshot_asked_position_;
  const std::int64_t now_ns = options_.clock->MonotonicNs();
  if (!snapshot_requested_.load() &&
      (grown <= 0 || (grown < options_.snapshot_log_bytes &&
                      now_ns - snapshot_asked_ns_ < options_.snapshot_interval_ns))) {
    return;
  }
  if (!keeper_.busy() && AeronNode::RequestSnapshot()) {
    snapshot_requested_.store(false);
    snapshot_asked_position_ = applied_position();
    snapshot_asked_ns_ = now_ns;
  }
}

// ---- driver's and archive's thread ----

void AeronSequencer::OnIoThread() {
  DescribeThread("aeron-io", ThreadKind::kUrgent);
  sockets_.Add(io_waker_.fd());
}

void AeronSequencer::WaitForIo() {
  if (sockets_changed_.exchange(false)) {
    sockets_.FindSockets();
  }
  io_waker_.Arm();
  if (io_work_.load(std::memory_order_acquire) == io_work_seen_) {
    sockets_.Wait(options_.idle_ns);
  }
  io_waker_.Disarm();
  io_work_seen_ = io_work_.load(std::memory_order_acquire);
}

// ---- service's thread ----

void AeronSequencer::OnServiceThread() { DescribeThread("engine", ThreadKind::kPrompt); }

void AeronSequencer::WaitForCommits() {
  engine_waker_->Arm();
  if (service_work_.load(std::memory_order_acquire) == service_work_seen_ &&
      !engine_work_.waiting()) {
    engine_waker_->Wait(options_.idle_ns);
  }
  engine_waker_->Disarm();
  service_work_seen_ = service_work_.load(std::memory_order_acquire);
}

bool AeronSequencer::HasSnapshot(std::int64_t position) {
  return VerifySnapshotFile(snapshots_.PathOf(position)).has_value();
}

bool AeronSequencer::AwaitAdmission(std::int64_t recorded_position) {
  return !options_.await_admission || options_.await_admission(recorded_position);
}

bool AeronSequencer::LoadSnapshot(std::int64_t position) {
  if (position != 0) {
    const auto loaded = snapshots_.LoadOne(position, *state_);
    if (!loaded) {
      Report(loaded.error().message(), false);
      return false;
    }
  }
  if (const auto older = snapshots_.RemoveOld()) {
    older_snapshot_.store(*older);
  }
  applied_.store(position, std::memory_order_release);
  keeper_.Start(position);
  return true;
}

void AeronSequencer::OnEntry(std::span<const std::byte> entry, std::int64_t position,
                             std::int64_t timestamp_ns) {
  state_->Apply(position, timestamp_ns, entry);
  applied_.store(position, std::memory_order_release);
}

void AeronSequencer::OnTerm(std::int64_t term, std::int64_t /*position*/, std::int32_t leader) {
  state_->OnLeadership(term, leader);
}

void AeronSequencer::OnIngressClosed(std::int64_t /*position*/) { on_ingress_closed_(); }

int AeronSequencer::BackgroundWork() { return static_cast<int>(engine_work_.answer()); }

bool AeronSequencer::TakeSnapshotAt(std::int64_t position) {
  // The log's record of it stands all the same: at a start, one without a good file is passed over.
  const Status taken = keeper_.Take(*state_, position, options_.clock->WallNs());
  if (!taken.ok()) {
    Report("no snapshot at position " + std::to_string(position) + ": " + taken.message(), false);
  }
  return true;
}

// ---- any thread ----

void AeronSequencer::WakeService() {
  service_work_.fetch_add(1, std::memory_order_release);
  engine_waker_->Notify();
}

void AeronSequencer::WakeConsensus() {
  consensus_work_.fetch_add(1, std::memory_order_release);
  sequencer_waker_->Notify();
}

void AeronSequencer::Report(std::string_view text, bool is_fatal) {
  if (stopping_.load()) {
    return;
  }
  options_.warn(text);
  if (is_fatal) {
    std::_Exit(4);
  }
}

Status AeronSequencer::PurgeLog(std::int64_t position) {
  if (position <= 0 || position > older_snapshot_position()) {
    return {StatusCode::kInvalidArgument,
            "the log is needed from position " + std::to_string(older_snapshot_position()) + " on"};
  }
  return AeronNode::Purge(position);
}

void AeronSequencer::Stop() {
  if (!started_ || stopping_.exchange(true)) {
    return;
  }
  leadership_.Close();
  AeronNode::Stop(options_.members.size() == 1 ? 0 : kLingerNs);
}

}  // namespace lockstep
