// One logged-on connection that sends commands ahead of their answers and hands on what happens to
// its account's orders.
//
// Threads: one at a time. Errors are those of SbeClient; after one the line is of no more use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/sbe_client.h"

namespace lockstep {

// What an ExecutionReport or a Reject says, as far as a replay needs it.
struct OrderEvent {
  enum class Kind : std::uint8_t {
    kNew,
    kTrade,
    kCanceled,
    kReplaced,
    kExpired,
    kRejected,
    kOther
  };
  Kind kind = Kind::kOther;
  bool is_own = false;        // caused by a command of this connection
  bool is_order_end = false;  // the order is no longer open
  std::uint64_t order_id = 0;
  std::uint64_t trade_id = 0;
  std::int64_t last_price_ticks = 0;
  std::int64_t last_quantity_lots = 0;
  std::int64_t leaves_lots = 0;
  std::int64_t quantity_lots = 0;
  std::uint16_t reject_reason = 0;        // sbe::RejectReason
  std::string_view client_order_id = {};  // valid during the call
};

// How many answers a command has on its own connection.
enum class Answer : std::uint8_t {
  kOne,       // all but those below: one report or reject
  kUntilEnd,  // IOC, FOK and MARKET orders: reports until the order has ended
};

class OrderLine {
 public:
  using Handler = std::function<void(const OrderEvent&)>;

  // `window`: unanswered commands at most.
  [[nodiscard]] static Result<std::unique_ptr<OrderLine>> Open(const std::string& address,
                                                               const Credentials& credentials,
                                                               std::size_t window);

  void set_handler(Handler handler) { handler_ = std::move(handler); }
  [[nodiscard]] CommandBuilder& commands() { return commands_; }
  [[nodiscard]] std::uint64_t account() const { return account_; }

  // Sends, after waiting for room in the window.
  [[nodiscard]] Status Send(std::span<const std::byte> command, Answer answer = Answer::kOne);
  // Cancels all open orders of the account on the symbol and waits until that is done.
  [[nodiscard]] Status CancelAll(std::uint32_t symbol);
  // Waits until everything sent has been answered.
  [[nodiscard]] Status Drain();
  // Waits until `done()`; for events that other connections cause.
  [[nodiscard]] Status AwaitEvents(const std::function<bool()>& done);
  // Waits until every event that the exchange has made so far for this account has been handed on.
  [[nodiscard]] Status Barrier();
  // Hands on what arrives within `timeout_ms`, at least looks once; keeps the connection alive.
  [[nodiscard]] Status Idle(std::int64_t timeout_ms);

  [[nodiscard]] std::uint64_t sent_count() const { return sent_count_; }
  // Rejects of the engine and of the gateway.
  [[nodiscard]] std::uint64_t reject_count() const { return reject_count_; }
  // The first reject in words; empty when there was none.
  [[nodiscard]] const std::string& first_reject() const { return first_reject_; }

 private:
  OrderLine(std::unique_ptr<SbeClient> client, const LogonAnswer& logon, std::size_t window);
  [[nodiscard]] Status ReceiveOne(std::int64_t timeout_ms);
  [[nodiscard]] Status Handle(std::span<const std::byte> message);
  void HandleReport(std::span<const std::byte> message);
  void HandleReject(std::span<const std::byte> message);

  std::unique_ptr<SbeClient> client_;
  std::uint64_t account_;
  std::uint64_t session_;
  std::size_t window_;
  CommandBuilder commands_;
  Handler handler_;
  std::size_t outstanding_ = 0;
  bool awaiting_end_ = false;  // the one outstanding command is Answer::kUntilEnd
  bool barrier_passed_ = false;
  bool is_cancelling_all_ = false;
  bool cancel_all_done_ = false;
  std::uint64_t sent_count_ = 0;
  std::uint64_t reject_count_ = 0;
  std::string first_reject_;
};

}  // namespace lockstep
