#include "client/cluster_client.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strong_id.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/NewLeaderEvent.h"
#include "lockstep_sbe/Redirect.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/ResendEnd.h"
#include "lockstep_sbe/SessionReject.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
// Between tries while nobody leads: an election takes tenths of a second.
constexpr std::int64_t kRetryNs = 10 * kNsPerMs;
constexpr std::int64_t kStandbyRetryNs = 200 * kNsPerMs;
// … and of one that let a connection wait for nothing.
constexpr std::int64_t kSilentRetryNs = 1'000 * kNsPerMs;
// A standby connection must not hold up what is in flight.
constexpr std::int64_t kStandbyTimeoutMs = 100;

}  // namespace

ClusterClient::ClusterClient(ClusterClientOptions options, ClusterClientHandlers handlers)
    : options_(std::move(options)), handlers_(std::move(handlers)) {
  for (const std::string& address : options_.addresses) {
    nodes_.push_back({.address = address});
  }
}

ClusterClient::~ClusterClient() = default;

void ClusterClient::Submit(const RequestId& id, std::span<const std::byte> command) {
  in_flight_.push_back({.id = id,
                        .command = {command.begin(), command.end()},
                        .submitted_ns = clock_.MonotonicNs()});
}

void ClusterClient::Poll(std::int64_t timeout_ms) {
  SendPending();
  ConnectStandby();
  Wait(timeout_ms);
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    Drain(node);
  }
  ExpireAndMoveOn();
  SendPending();
}

// ---- sending ----

void ClusterClient::SendPending() {
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (now_ns < hold_until_ns_) {
    return;
  }
  if (nodes_[target_].connection == nullptr && !Connect(target_)) {
    return Probe(now_ns + kRetryNs);
  }
  Node& node = nodes_[target_];
  if (node.is_resending) {
    return;
  }
  bool sent = false;
  for (Pending& pending : in_flight_) {
    if (pending.sent_ns != 0) {
      if (is_probing_) {
        break;
      }
      continue;
    }
    if (!node.connection->Queue(pending.command).ok()) {
      return Lose(target_);
    }
    counters_.sent_again += std::exchange(pending.was_sent, true) ? 1U : 0U;
    pending.sent_ns = now_ns;
    sent = true;
    if (is_probing_) {
      break;
    }
  }
  if (sent && !node.connection->Flush().ok()) {
    Lose(target_);
  }
}

void ClusterClient::Aim(std::size_t node, std::int64_t not_before_ns) {
  target_ = node;
  hold_until_ns_ = not_before_ns;
  last_heard_ns_ = 0;
  is_probing_ = false;
  for (Pending& pending : in_flight_) {
    pending.sent_ns = 0;
  }
}

void ClusterClient::Probe(std::int64_t not_before_ns) {
  Aim(Next(), not_before_ns);
  is_probing_ = true;
}

std::size_t ClusterClient::Next() const {
  // In turn, so that each is asked whatever the others say; but not one that could not be reached a
  // moment ago.
  const std::int64_t now_ns = clock_.MonotonicNs();
  for (std::size_t step = 1; step < nodes_.size(); ++step) {
    const std::size_t node = (target_ + step) % nodes_.size();
    if (nodes_[node].connection != nullptr || now_ns >= nodes_[node].next_try_ns) {
      return node;
    }
  }
  return (target_ + 1) % nodes_.size();
}

// ---- receiving ----

void ClusterClient::Wait(std::int64_t timeout_ms) {
  const std::int64_t now_ns = clock_.MonotonicNs();
  std::int64_t wait_ns = timeout_ms * kNsPerMs;
  if (std::exchange(has_read_ahead_, false)) {
    wait_ns = 0;
  }
  if (hold_until_ns_ > now_ns) {
    wait_ns = std::min(wait_ns, hold_until_ns_ - now_ns);
  }
  std::vector<pollfd> entries;
  for (const Node& node : nodes_) {
    if (node.connection != nullptr) {
      entries.push_back({.fd = node.connection->fd(), .events = POLLIN, .revents = 0});
    }
  }
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  const timespec wait = {wait_ns / kNsPerSecond, wait_ns % kNsPerSecond};
  ppoll(entries.data(), entries.size(), &wait, nullptr);
}

void ClusterClient::Drain(std::size_t node) {
  while (nodes_[node].connection != nullptr) {
    const auto message = nodes_[node].connection->Receive(0);
    if (!message) {
      if (message.error().code() != StatusCode::kUnavailable) {
        Lose(node);
      }
      return;
    }
    Take(node, *message);
  }
}

void ClusterClient::Take(std::size_t node, std::span<const std::byte> message) {
  nodes_[node].last_message_ns = clock_.MonotonicNs();
  const std::uint16_t template_id = TemplateIdOf(message);
  const auto id_of = [](auto& codec) {
    return RequestId{codec.reply().requestIdHigh(), codec.reply().requestIdLow()};
  };
  if (auto report = As<sbe::ExecutionReport, 2>(message)) {
    if (report->execType() == sbe::ExecType::STATUS) {
      return;
    }
    if (handlers_.on_event) {
      handlers_.on_event(message);
    }
    if (report->execType() != sbe::ExecType::TRADE) {
      Finish(node, id_of(*report), Outcome::kExecuted, message);
    }
  } else if (template_id == sbe::BalanceUpdate::sbeTemplateId()) {
    if (handlers_.on_event) {
      handlers_.on_event(message);
    }
  } else if (auto reject = As<sbe::Reject, 1>(message)) {
    Finish(node, id_of(*reject), Outcome::kRejected, message);
  } else if (auto replayed = As<sbe::RequestReplayed>(message)) {
    Finish(node, id_of(*replayed), Outcome::kReplayed, message);
  } else if (template_id == sbe::SessionReject::sbeTemplateId()) {
    TakeSessionReject(node, message);
  } else if (template_id == sbe::ResendEnd::sbeTemplateId()) {
    nodes_[node].is_resending = false;
  } else {
    TakeLeadership(node, message);
  }
}

bool ClusterClient::TakeLeadership(std::size_t node, std::span<const std::byte> message) {
  const std::int64_t now_ns = clock_.MonotonicNs();
  const auto address_of = [](auto& codec) {
    return std::string(codec.getHostAsStringView()) + ":" + std::to_string(codec.sbePort());
  };
  if (auto redirect = As<sbe::Redirect, 1>(message)) {
    ++counters_.redirects;
    Pending* pending = Find({redirect->requestIdHigh(), redirect->requestIdLow()});
    if (node != target_ || pending == nullptr || pending->sent_ns == 0) {
      return true;  // one of many that say the same
    }
    if (redirect->leader() < 0) {
      Probe(now_ns + kRetryNs);
      return true;
    }
    const std::size_t named = NodeAt(address_of(*redirect));
    // It may be the one that has just been lost, and the follower does not know yet.
    Aim(named, nodes_[named].connection != nullptr ? 0 : nodes_[named].next_try_ns);
    return true;
  }
  if (auto event = As<sbe::NewLeaderEvent, 1>(message)) {
    ++counters_.leader_events;
    if (event->leader() >= 0 && event->sbePort() != 0 && event->term() >= newest_term_) {
      newest_term_ = event->term();
      const std::size_t named = NodeAt(address_of(*event));
      if (named != target_ || hold_until_ns_ > now_ns) {
        Aim(named, nodes_[named].connection != nullptr ? 0 : nodes_[named].next_try_ns);
      }
    }
    return true;
  }
  return false;
}

void ClusterClient::TakeSessionReject(std::size_t node, std::span<const std::byte> message) {
  auto reject = As<sbe::SessionReject, 1>(message);
  if (!reject) {
    return;
  }
  if (reject->closing() != 0) {
    return Lose(node);
  }
  const RequestId id{reject->requestIdHigh(), reject->requestIdLow()};
  using Error = sbe::SessionError;
  const std::int64_t retry_ns = clock_.MonotonicNs() + kRetryNs;
  Pending* pending = Find(id);
  if (pending == nullptr || pending->sent_ns == 0 || node != target_) {
    return;
  }
  const std::uint16_t error = reject->sessionErrorRaw();
  if (error == Error::BACK_PRESSURED || error == Error::TOO_MANY_REQUESTS) {
    pending->sent_ns = 0;
    hold_until_ns_ = retry_ns;
  } else if (error == Error::NOT_LEADER || error == Error::STORAGE_FAILED ||
             error == Error::SHUTTING_DOWN || error == Error::OUTCOME_UNKNOWN) {
    Probe(retry_ns);
  } else {
    Finish(node, id, Outcome::kRefused, message);
  }
}

void ClusterClient::Finish(std::size_t node, const RequestId& id, Outcome outcome,
                           std::span<const std::byte> message) {
  // Answers come in the order of the commands: it is nearly always the first.
  const auto found = std::ranges::find(in_flight_, id, &Pending::id);
  if (found == in_flight_.end()) {
    return;
  }
  if (node == target_) {
    last_heard_ns_ = clock_.MonotonicNs();
    is_probing_ = false;
  }
  last_answered_by_ = node;
  in_flight_.erase(found);
  if (handlers_.on_outcome) {
    handlers_.on_outcome(id, outcome, message);
  }
}

ClusterClient::Pending* ClusterClient::Find(const RequestId& id) {
  const auto found = std::ranges::find(in_flight_, id, &Pending::id);
  return found == in_flight_.end() ? nullptr : &*found;
}

// ---- who is asked ----

void ClusterClient::ExpireAndMoveOn() {
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (options_.deadline_ms > 0) {
    const std::int64_t born_before_ns = now_ns - options_.deadline_ms * kNsPerMs;
    while (!in_flight_.empty() && in_flight_.front().submitted_ns < born_before_ns) {
      const RequestId id = in_flight_.front().id;
      in_flight_.pop_front();
      if (handlers_.on_outcome) {
        handlers_.on_outcome(id, Outcome::kUnknown, {});
      }
    }
  }
  if (!in_flight_.empty() && in_flight_.front().sent_ns != 0 &&
      now_ns - std::max(in_flight_.front().sent_ns, last_heard_ns_) >
          options_.answer_timeout_ms * kNsPerMs) {
    ++counters_.timeouts;
    return Probe(now_ns);
  }
  const Node& target = nodes_[target_];
  if (target.is_resending && !in_flight_.empty() &&
      now_ns - target.last_message_ns > options_.answer_timeout_ms * kNsPerMs) {
    ++counters_.timeouts;
    Probe(now_ns);
  }
}

bool ClusterClient::Connect(std::size_t node) {
  Node& one = nodes_[node];
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (now_ns < one.next_try_ns) {
    return false;
  }
  const std::int64_t timeout_ms = node == target_ ? options_.answer_timeout_ms : kStandbyTimeoutMs;
  one.next_try_ns = now_ns + (node == target_ ? kRetryNs : kStandbyRetryNs);
  auto connection = SbeClient::Connect(one.address, timeout_ms);
  if (!connection) {
    if (connection.error().code() == StatusCode::kUnavailable) {  // it took all its time
      one.next_try_ns = clock_.MonotonicNs() + kSilentRetryNs;
    }
    return false;
  }
  LogonOptions logon;
  if (options_.resend) {
    logon.resend = true;
    logon.last_private_sequence =
        handlers_.last_private_sequence ? handlers_.last_private_sequence() : 0;
  }
  if (!(*connection)->Logon(options_.credentials, logon, timeout_ms)) {
    return false;
  }
  ++counters_.connections;
  one.connection = std::move(*connection);
  one.is_resending = options_.resend;
  one.last_message_ns = now_ns;
  // What came behind the answer to the logon has been read already.
  has_read_ahead_ = true;
  return true;
}

void ClusterClient::ConnectStandby() {
  if (!options_.standby) {
    return;
  }
  // Not while a command waits for longer than it should.
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (!in_flight_.empty() &&
      now_ns - in_flight_.front().submitted_ns > options_.answer_timeout_ms * kNsPerMs / 3) {
    return;
  }
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].connection == nullptr && node != target_ &&
        now_ns >= nodes_[node].next_try_ns) {
      static_cast<void>(Connect(node));
      return;
    }
  }
}

void ClusterClient::Lose(std::size_t node) {
  ++counters_.connections_lost;
  nodes_[node].connection.reset();
  nodes_[node].is_resending = false;
  nodes_[node].next_try_ns = clock_.MonotonicNs() + kRetryNs;
  if (node == target_) {
    Probe(0);
  }
}

std::size_t ClusterClient::NodeAt(const std::string& address) {
  const auto found = std::ranges::find(nodes_, address, &Node::address);
  if (found != nodes_.end()) {
    return static_cast<std::size_t>(found - nodes_.begin());
  }
  nodes_.push_back({.address = address});
  return nodes_.size() - 1;
}

}  // namespace lockstep
