// Orders go on while ten thousand strangers hold connections to the same port.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "client/credentials.h"
#include "client/spot_api.h"
#include "testing/support/crowd.h"
#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

using testing_support::Crowd;

constexpr int kCrowd = 10'000;
constexpr int kOrders = 300;
// A user would see a second. Five of them, for two cores that ten thousand strangers share.
constexpr std::chrono::seconds kSlowest{5};

std::int64_t ResidentBytesOf(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  statm >> all >> resident;
  return resident * 4'096;
}

class SiegeTest : public SystemTest, public testing::WithParamInterface<const char*> {};

TEST_P(SiegeTest, OrdersGoOn) {
  const auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  const auto keys = ReadKeysFile(exchange->keys_path());
  ASSERT_TRUE(keys.has_value());
  SpotApi api(exchange->http_address(), keys->maker);
  const auto trade = [&] {
    for (int i = 0; i < kOrders; ++i) {
      const auto started = std::chrono::steady_clock::now();
      const auto order = api.PlaceOrder({.symbol = "BTCUSDT",
                                         .side = "BUY",
                                         .type = "LIMIT",
                                         .time_in_force = "GTC",
                                         .price_e8 = 50'000'00000000,
                                         .quantity_e8 = 100'000,
                                         .client_order_id = {}});
      ASSERT_TRUE(order.has_value()) << order.error().message();
      ASSERT_TRUE(api.CancelOrder("BTCUSDT", order->order_id).has_value());
      EXPECT_LT(std::chrono::steady_clock::now() - started, kSlowest);
    }
  };
  trade();
  const std::int64_t before = ResidentBytesOf(exchange->pid());
  const std::string& address = exchange->http_address();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  {
    Crowd crowd(port, kCrowd, GetParam());
    trade();
#if !defined(__SANITIZE_ADDRESS__)
    EXPECT_LT(ResidentBytesOf(exchange->pid()) - before, std::int64_t{200} << 20U);
#endif
  }
  trade();
  const auto code = exchange->Terminate();
  ASSERT_TRUE(code.has_value()) << code.error().message();
  EXPECT_EQ(*code, 0);
}

INSTANTIATE_TEST_SUITE_P(Strangers, SiegeTest, testing::Values("partial", "websocket"));

}  // namespace
}  // namespace lockstep::testing_system
