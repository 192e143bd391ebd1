#include "testing/system/rest_trader.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "client/rest_client.h"
#include "client/rest_request.h"

namespace lockstep::testing_system {
namespace {

constexpr std::string_view kSymbol = "BTCUSDT";
constexpr std::int64_t kTickE8 = 1'000'000;
constexpr std::int64_t kLotE8 = 1'000;
constexpr std::size_t kOpenOrders = 40;
constexpr std::size_t kRememberedAnswers = 12;
constexpr std::int64_t kTimeoutMs = 30'000;
constexpr std::int64_t kNsPerMs = 1'000'000;

}  // namespace

RestTrader::RestTrader(std::string name, Credentials credentials, std::uint32_t recv_window_ms,
                       std::uint64_t seed)
    : name_(std::move(name)),
      credentials_(std::move(credentials)),
      options_{.recv_window_ms = recv_window_ms},
      random_(seed) {}

void RestTrader::Fault(const std::string& what) {
  if (fault_.empty()) {
    fault_ = name_ + ": " + what;
  }
}

void RestTrader::Reconnect(const std::string& address) {
  const std::int64_t restarted_ms = SystemClock().WallNs() / kNsPerMs;
  api_ = std::make_unique<SpotApi>(address, credentials_, options_);
  for (const Sent& sent : answered_) {
    const auto answer = api_->rest().Send(sent.request, kTimeoutMs);
    ++repeated_;
    if (!answer) {
      return Fault("a repeated request is not answered: " + answer.error().message());
    }
    if (answer->status != sent.answer.status || answer->body != sent.answer.body) {
      return Fault("a repeated request\n" + sent.request.target + "\nwas answered\n" +
                   sent.answer.body + "\nand now is\n" + answer->body);
    }
  }
  answered_.clear();
  if (!unanswered_) {
    return;
  }
  Sent sent = *std::exchange(unanswered_, std::nullopt);
  auto answer = api_->rest().Send(sent.request, kTimeoutMs);
  if (!answer || !answer->IsDefinite()) {
    return Fault("what became of a request is still not known: " +
                 (answer ? answer->body : answer.error().message()));
  }
  ++recovered_;
  sent.answer = *answer;
  last_done_ms_ = INT64_MAX;
  TakeAnswer(sent);
  done_before_ += last_done_ms_ < restarted_ms ? 1 : 0;
  // Now that there is an answer, it must stay.
  const auto again = api_->rest().Send(sent.request, kTimeoutMs);
  if (!again || again->body != answer->body) {
    Fault("two answers to one request: " + answer->body + " and " +
          (again ? again->body : again.error().message()));
  }
}

bool RestTrader::Trade() {
  Sent sent = RandomRequest();
  auto answer = api_->rest().Send(sent.request, kTimeoutMs);
  if (!answer || !answer->IsDefinite()) {
    unanswered_ = std::move(sent);
    return false;
  }
  ++acknowledged_;
  sent.answer = std::move(*answer);
  TakeAnswer(sent);
  answered_.push_back(std::move(sent));
  if (answered_.size() > kRememberedAnswers) {
    answered_.pop_front();
  }
  return fault().empty();
}

void RestTrader::TakeAnswer(const Sent& sent) {
  const std::string& body = sent.answer.body;
  if (sent.answer.status == 429) {
    return Fault("the test is over a limit: " + body);
  }
  if (sent.kind == Kind::kCancelReplace) {
    const auto halves = ParseCancelReplace(body);
    if (halves && halves->cancelled) {
      TakeCancelled(*halves->cancelled);
    }
    if (halves && halves->placed) {
      TakePlaced(*halves->placed);
    }
    return;
  }
  if (sent.answer.status != 200) {
    return;  // refused: nothing has happened
  }
  if (sent.kind == Kind::kCancelAll) {
    const auto orders = ParseOrders(body);
    if (!orders) {
      return Fault(orders.error().message());
    }
    for (const SpotOrder& order : *orders) {
      TakeCancelled(order);
    }
    return;
  }
  const auto order = sent.kind == Kind::kAmend ? ParseAmendedOrder(body) : ParseOrder(body);
  if (!order) {
    return Fault(order.error().message());
  }
  switch (sent.kind) {
    case Kind::kPlace:
      return TakePlaced(*order);
    case Kind::kCancel:
      return TakeCancelled(*order);
    default:
      last_done_ms_ = order->time_ms;
      return ledger_.TakeAmended(*order);
  }
}

void RestTrader::TakePlaced(const SpotOrder& order) {
  ledger_.TakePlaced(order);
  last_done_ms_ = order.time_ms;
  if (order.IsOpen()) {
    open_.insert(order.order_id);
  }
}

void RestTrader::TakeCancelled(const SpotOrder& order) {
  ledger_.TakeCancelled(order);
  last_done_ms_ = order.time_ms;
  open_.erase(order.order_id);
}

RestParameters RestTrader::RandomOrder() {
  const std::string id = name_ + "-" + std::to_string(++order_count_);
  OrderFields order{.symbol = kSymbol,
                    .side = Below(2) == 0 ? "BUY" : "SELL",
                    .type = "LIMIT",
                    .time_in_force = Below(5) == 0 ? "IOC" : "GTC",
                    // Around 60,000.00, so that about half of them meet something.
                    .price_e8 = static_cast<std::int64_t>(5'999'000 + Below(2'000)) * kTickE8,
                    .quantity_e8 = static_cast<std::int64_t>(10 + Below(200)) * kLotE8,
                    .client_order_id = {}};
  if (Below(2) == 0) {
    order.client_order_id = id;
  }
  const std::uint64_t type = Below(10);
  if (type < 2) {
    order.type = type == 0 ? "MARKET" : "LIMIT_MAKER";
    order.time_in_force = {};
    order.price_e8 = type == 0 ? 0 : order.price_e8;
  }
  return PlaceParameters(order);
}

// One that came by amends or others' fills may be gone by now; that is a refusal like any other.
std::uint64_t RestTrader::RandomOpenOrder() {
  auto at = open_.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(Below(open_.size())));
  const std::uint64_t order_id = *at;
  if (Below(4) == 0) {
    open_.erase(at);  // in the end those go that others have filled
  }
  return order_id;
}

RestTrader::Sent RestTrader::RandomRequest() {
  Sent sent;
  RestMethod method = RestMethod::kPost;
  std::string_view path = "/api/v3/order";
  RestParameters parameters;
  const std::uint64_t what = open_.empty() ? 100 : Below(open_.size() > kOpenOrders ? 40 : 100);
  if (what >= 40) {
    parameters = RandomOrder();
  } else if (what >= 38) {
    sent.kind = Kind::kCancelAll;
    method = RestMethod::kDelete;
    path = "/api/v3/openOrders";
    parameters.Add("symbol", kSymbol);
  } else if (what >= 24) {
    sent.kind = Kind::kCancelReplace;
    path = "/api/v3/order/cancelReplace";
    parameters = RandomOrder();
    parameters.Add("cancelReplaceMode", Below(2) == 0 ? "ALLOW_FAILURE" : "STOP_ON_FAILURE");
    parameters.Add("cancelOrderId", RandomOpenOrder());
  } else if (what >= 14) {
    sent.kind = Kind::kAmend;
    method = RestMethod::kPut;
    path = "/api/v3/order/amend/keepPriority";
    const std::uint64_t order_id = RandomOpenOrder();
    const std::int64_t quantity_e8 = ledger_.orders().at(order_id).quantity_e8;
    parameters.Add("symbol", kSymbol).Add("orderId", order_id);
    parameters.AddAmount("newQty", std::max(quantity_e8 - kLotE8, kLotE8));
  } else {
    sent.kind = Kind::kCancel;
    method = RestMethod::kDelete;
    parameters.Add("symbol", kSymbol).Add("orderId", RandomOpenOrder());
  }
  sent.request = api_->Sign(method, path, std::move(parameters));
  return sent;
}

}  // namespace lockstep::testing_system
