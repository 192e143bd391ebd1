// What makes an exchange a node of a cluster, beside its sequencer: it tells its status, watches
// the others', waits to be let in, stops when it has diverged, and does what operators ask of a
// node.
//
// Threads: Watch and AwaitAdmission the owner's; the rest any.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/exchange_config.h"
#include "base/clock.h"
#include "base/leadership.h"
#include "base/status.h"
#include "cluster/divergence.h"
#include "cluster/node_status.h"
#include "cluster/peer_watcher.h"
#include "gateway/admin/cluster_control.h"
#include "sequencer/aeron/aeron_sequencer.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {

class ClusterNode final : public ClusterControl {
 public:
  struct Parts {
    const ExchangeConfig& config;
    const Clock& clock;
    const Leadership& leadership;
    const StateMachineDriver& driver;
    AeronSequencer& sequencer;
  };
  explicit ClusterNode(const Parts& parts);

  void Start() { peers_.Start(); }
  void Stop() { peers_.Stop(); }
  // "starting", "serving", "stopping"; of static life.
  void SetPhase(const char* phase) { phase_.store(phase); }

  // Returns when this node may take part. False: SIGTERM or SIGINT wait to be taken.
  [[nodiscard]] bool AwaitAdmission(std::int64_t recorded_position);

  // A few times a second. Ends the process with an alarm when this node has diverged.
  void Watch();
  // The node is to leave its leadership by a restart; once true, it stays so.
  [[nodiscard]] bool wants_restart() const { return wants_restart_.load(); }

  // ClusterControl
  [[nodiscard]] std::string StatusJson() const override;
  [[nodiscard]] Status RequestSnapshot() override;
  [[nodiscard]] Status RequestStepDown() override;
  [[nodiscard]] Status RequestPurge(std::int64_t position) override;

 private:
  [[nodiscard]] Status MustLead() const;
  void CheckDigests();
  void PurgeIfAsked();

  const Parts parts_;
  PeerWatcher peers_;
  std::atomic<const char*> phase_{"starting"};
  std::atomic<bool> wants_restart_{false};
  std::atomic<std::int64_t> purge_position_{0};
  Verdict last_verdict_ = Verdict::kAgrees;
};

}  // namespace lockstep
