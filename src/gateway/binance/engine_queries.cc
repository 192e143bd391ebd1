#include "gateway/binance/engine_queries.h"

#include <utility>

#include "gateway/binance/command_outcome.h"
#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/QueryEnd.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kReplyOffset = kMessageHeaderBytes + sbe::EventHeader::encodedLength();

std::uint64_t QueryIdOf(std::span<const std::byte> message) {
  const sbe::ReplyHeader reply(SbeBuffer(message.data()), kReplyOffset, message.size(),
                               sbe::ReplyHeader::sbeSchemaVersion());
  return reply.requestIdLow();
}

}  // namespace

EngineQueries::EngineQueries(SessionId session, IngressAdapter& ingress, EgressPublisher& egress,
                             GatewayCounters& counters)
    : session_(session), ingress_(ingress), egress_(egress), counters_(counters) {
  egress_.Register(session_, *this);
}

EngineQueries::~EngineQueries() { egress_.Remove(session_); }

bool EngineQueries::Ask(AccountId account, CommandBytes query, std::int64_t received_ns,
                        Done done) {
  if (asked_.size() >= kMaxInFlight ||
      !ingress_.SubmitQuery(query.bytes(), {session_, account}, received_ns)) {
    Count(counters_.back_pressured);
    return false;
  }
  Count(counters_.queries_accepted);
  asked_[last_id_].done = std::move(done);
  return true;
}

bool EngineQueries::AskBalances(AccountId account, std::int64_t received_ns, Done done) {
  const RequestId id{0, ++last_id_};
  return Ask(account, CommandBytes::QueryBalances(id), received_ns, std::move(done));
}

bool EngineQueries::AskOrder(AccountId account, SymbolId symbol, const OrderName& order,
                             std::int64_t received_ns, Done done) {
  const RequestId id{0, ++last_id_};
  return Ask(account, CommandBytes::QueryOrder(symbol, order, id), received_ns, std::move(done));
}

bool EngineQueries::AskAccount(AccountId account, std::int64_t received_ns, Done done) {
  const RequestId id{0, ++last_id_};
  return Ask(account, CommandBytes::QueryAccount(id), received_ns, std::move(done));
}

bool EngineQueries::AskOpenOrderCount(AccountId account, std::int64_t received_ns, Done done) {
  const RequestId id{0, ++last_id_};
  return Ask(account, CommandBytes::QueryOpenOrders(id), received_ns, std::move(done));
}

void EngineQueries::OnPrivateEvent(const PrivateEvent& event) {
  const auto found = asked_.find(QueryIdOf(event.message()));
  if (!event.own || !event.answers_query || found == asked_.end()) {
    return;
  }
  QueryAnswer& answer = found->second.answer;
  switch (event.template_id) {
    case sbe::BalanceRow::sbeTemplateId(): {
      auto row = Decode<sbe::BalanceRow>(event.message());
      answer.balances.push_back(
          {.asset = AssetId(row.asset()), .free = row.free(), .locked = row.locked()});
      break;
    }
    case sbe::ExecutionReport::sbeTemplateId(): {
      auto report = Decode<sbe::ExecutionReport>(event.message());
      answer.order = OrderOf(report);
      break;
    }
    case sbe::AccountDefinition::sbeTemplateId():
      answer.account_status = Decode<sbe::AccountDefinition>(event.message()).status();
      break;
    case sbe::QueryEnd::sbeTemplateId(): {
      auto end = Decode<sbe::QueryEnd>(event.message());
      answer.reason = end.reason();
      answer.rows = end.rows();
      answer.more = end.more() != 0;
      answer.time_ns = end.header().timestampNs();
      complete_.push_back(std::move(found->second));
      asked_.erase(found);
      break;
    }
    default:
      break;
  }
}

// Called outside of the publisher's walk over its sessions, so `done` may ask again.
void EngineQueries::FlushEvents() {
  const auto complete = std::move(complete_);
  complete_.clear();
  for (const Asked& asked : complete) {
    asked.done(asked.answer);
  }
}

}  // namespace lockstep
