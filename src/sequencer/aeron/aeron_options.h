// Settings of the Aeron sequencer: one member of a cluster of 1, 3 or 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sequencer/aeron/java_machine.h"
#include "sequencer/snapshot_gate.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {

// Ports of one member, from its base port on; only members need to reach them.
inline constexpr std::uint16_t kAeronPortsPerMember = 6;

// What Aeron puts in front of an entry: its frame's header and the session's.
inline constexpr std::size_t kAeronHeaderBytes = 64;

struct AeronMember {
  std::int32_t id = 0;
  // Name or address by which the other members reach it.
  std::string host;
  // The first of kAeronPortsPerMember UDP ports: archive, ingress (never opened to others),
  // consensus, log, catch-up, spare.
  std::uint16_t base_port = 0;
};

// The defaults are for failing over within half a second: AERON.md's measured set.
struct AeronTimeouts {
  // A follower that hears nothing from its leader for so long calls an election.
  std::int64_t heartbeat_timeout_ns = 150'000'000;
  std::int64_t heartbeat_interval_ns = 15'000'000;
  // A candidate always waits for this long when one member is gone.
  std::int64_t election_timeout_ns = 40'000'000;
  std::int64_t election_status_ns = 5'000'000;
  // Members stand for election one after the other, this far apart, beginning with the one behind
  // the last leader; more than a message takes. At a start of all, further apart.
  std::int64_t nomination_step_ns = 40'000'000;
  std::int64_t nomination_step_at_start_ns = 400'000'000;
  // At start, for members that are not there yet; at least twice the heartbeat's time-out.
  std::int64_t canvass_timeout_ns = 2'000'000'000;
  std::int64_t session_timeout_ns = 10'000'000'000;
  std::int64_t driver_timer_ns = 10'000'000;
  std::int64_t driver_status_ns = 50'000'000;
  std::int64_t driver_receiver_ns = 2'000'000'000;
};

struct AeronOptions {
  std::int32_t member = 0;
  // All of them, in the same order on each; ids 0, 1, 2….
  std::vector<AeronMember> members;
  // Data directory: `lock`, `archive/`, `cluster/` and `snapshots/` are made in it.
  std::string directory;
  // Shared memory of the media driver, made anew at each start; empty: below /dev/shm, named after
  // the data directory.
  std::string driver_directory;
  AeronTimeouts timeouts;
  // Bytes of a datagram, a multiple of 32: what the network between members carries. An entry is
  // kAeronHeaderBytes smaller, so that it is never cut into fragments.
  std::size_t mtu = 8'192;
  std::size_t log_term_bytes = std::size_t{16} << 20U;
  std::size_t segment_bytes = std::size_t{64} << 20U;
  std::size_t ipc_term_bytes = std::size_t{8} << 20U;
  // 0: acknowledged = recorded by a majority: survives kill -9 of all and the loss of a minority.
  // 1: each also syncs: survives loss of power of all.
  int file_sync_level = 0;
  // The leader asks all for a snapshot when the log has grown by this since the last one, or has
  // grown at all and this long has passed.
  std::int64_t snapshot_log_bytes = std::int64_t{1} << 30;
  std::int64_t snapshot_interval_ns = 600'000'000'000;
  // How long a start waits for the directory's lock.
  std::int64_t lock_wait_ns = 3'000'000'000;
  // A thread without work looks again after this at the latest.
  std::int64_t idle_ns = 2'000'000;
  // `jars` begins with lockstep-aeron.jar, then aeron-all.
  JavaMachineOptions java;
  // Must outlive the sequencer.
  const Clock* clock = nullptr;
  DurabilityGate snapshot_gate;
  // Called during Recover with the position at which the recorded log ends; returns when this node
  // may take part in elections. False: the process is to stop instead. Unset: at once.
  std::function<bool(std::int64_t recorded_position)> await_admission;
  // Unset: one line on stderr.
  WarningHandler warn;
};

}  // namespace lockstep
