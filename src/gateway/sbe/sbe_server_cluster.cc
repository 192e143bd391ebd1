// The part of the server that follows who leads the cluster.
#include <boost/asio/post.hpp>

#include "gateway/sbe/sbe_server_impl.h"
#include "lockstep_sbe/LeadershipTerm.h"
#include "protocol/entry.h"

namespace lockstep {

void SbeServer::Impl::OnRingEvent(std::uint16_t template_id, std::span<const std::byte> message) {
  if (audited_ != nullptr) {
    audited_->OnRingEvent(template_id, message);
  }
  if (cluster_ != nullptr && template_id == sbe::LeadershipTerm::sbeTemplateId()) {
    auto term = Decode<sbe::LeadershipTerm>(message);
    cluster_->NoteTerm(term.term());
    OnTenureEnded(term.endedTenure());
  }
}

void SbeServer::Impl::OnLeadership() {
  tenures_.Note(cluster_->leadership(), clock_.MonotonicNs(), config_.limits.hold_in_flight_ns);
  if (!cluster_->TakesCommands()) {
    // Sent later, when this node leads again, they would cancel what clients have placed meanwhile.
    cancels_.Clear();
  }
  const std::int32_t leader = cluster_->leadership().leader();
  if (leader == Leadership::kNoLeader) {
    told_leader_ = leader;
  } else if (leader != told_leader_) {
    TellLeader(leader);
  }
}

void SbeServer::Impl::AnnounceLeader(std::int32_t member) {
  boost::asio::post(io_, [this, member] { TellLeader(member); });
}

void SbeServer::Impl::TellLeader(std::int32_t member) {
  told_leader_ = member;
  const LeaderHint hint = cluster_->HintOf(member);
  for (const auto& [id, connection] : connections_) {
    connection->session().TellLeader(hint);
    connection->Flush();
  }
}

void SbeServer::Impl::OnTenureEnded(std::uint64_t ended_tenure) {
  if (ended_tenure == Leadership::kNoTenure) {
    return;
  }
  for (const auto& [id, connection] : connections_) {
    connection->session().OnTenureEnded(ended_tenure);
    connection->Flush();
  }
}

void SbeServer::Impl::GiveUpTenures() {
  if (cluster_ == nullptr) {
    return;
  }
  const std::int64_t now_ns = clock_.MonotonicNs();
  tenures_.Note(cluster_->leadership(), now_ns, config_.limits.hold_in_flight_ns);
  const std::uint64_t given_up = tenures_.TakeExpired(now_ns);
  if (given_up == Leadership::kNoTenure) {
    return;
  }
  for (const auto& [id, connection] : connections_) {
    connection->session().OnTenureGivenUp(given_up);
    connection->Flush();
  }
}

}  // namespace lockstep
