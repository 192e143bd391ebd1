// Who is believed, and in which order what is wrong is told.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr std::string_view kAccount = "/api/v3/account";
constexpr std::string_view kOrder = "/api/v3/order";
constexpr std::string_view kBadSignature =
    R"({"code":-1022,"msg":"Signature for this request is not valid."})";
constexpr std::string_view kBadKey =
    R"({"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."})";
constexpr std::int64_t kNsPerMs = 1'000'000;

TEST(BinanceSigning, BinancesOwnExampleIsValid) {
  World world;
  const TestKey key{"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
                    "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"};
  world.keys.Add(key, AccountId(1), kPermissionRead | kPermissionTrade);
  world.clock.StepWallNs(1'499'827'319'559 * kNsPerMs - World::kStartNs);
  const std::string first = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC";
  const std::string second = "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";
  const std::string signature =
      "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";
  // Believed: what is wrong is only that there is no such symbol here.
  const std::string unknown_symbol = R"({"code":-1121,"msg":"Invalid symbol."})";
  const std::string all = first + "&" + second;
  EXPECT_EQ(world.Send(kPost, kOrder, all + signature, {}, key.api_key).body, unknown_symbol);
  EXPECT_EQ(world.Send(kPost, kOrder, {}, all + signature, key.api_key).body, unknown_symbol);
  // Split between query and body, the bytes that are signed have no '&' between them.
  EXPECT_EQ(
      world
          .Send(kPost, kOrder, first,
                second +
                    "&signature=0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77",
                key.api_key)
          .body,
      unknown_symbol);
}

TEST(BinanceSigning, EveryPlaceOfTheSignatureAndItsLetterCase) {
  World world;
  const std::string text = world.Sign("recvWindow=10000", world.maker);
  const std::size_t at = text.find("&signature=");
  const std::string head = text.substr(0, at);
  const std::string signature = text.substr(at + 11);
  std::string upper = signature;
  for (char& c : upper) {
    c = static_cast<char>(std::toupper(c));
  }
  for (const std::string& query :
       {head + "&signature=" + signature, head + "&signature=" + upper,
        "signature=" + signature + "&" + head,
        "recvWindow=10000&signature=" + signature + head.substr(head.find("&timestamp"))}) {
    EXPECT_EQ(world.Send(kGet, kAccount, query, {}, world.maker.api_key).status, 200U) << query;
  }
  // The key behind the signature takes the header's place, and is not signed.
  const std::string with_key = head + "&signature=" + signature + "&apiKey=" + world.maker.api_key;
  EXPECT_EQ(world.Send(kGet, kAccount, with_key).status, 200U);
  EXPECT_EQ(
      world
          .Send(kGet, kAccount, head + "&signature=" + signature.substr(1), {}, world.maker.api_key)
          .body,
      kBadSignature);
  EXPECT_EQ(
      world.Send(kGet, kAccount, head + "0&signature=" + signature, {}, world.maker.api_key).body,
      kBadSignature);
}

TEST(BinanceSigning, KeysAndPermissions) {
  World world;
  const std::string format = R"({"code":-2014,"msg":"API-key format invalid."})";
  const Answer none = world.Send(kGet, kAccount, world.Sign("", world.maker));
  EXPECT_EQ(none.body, format);
  EXPECT_EQ(none.status, 401U);
  EXPECT_EQ(world.Send(kGet, kAccount, world.Sign("", world.maker), {}, "no-key!").body, format);
  EXPECT_EQ(world.Send(kGet, kAccount, "timestamp=1", {}, world.maker.api_key).body,
            R"({"code":-1102,"msg":"Mandatory parameter 'signature' was not sent, was empty/null, )"
            R"(or malformed."})");
  EXPECT_EQ(world.Signed(kGet, kAccount, "", world.unknown).body, kBadKey);
  EXPECT_EQ(world.Signed(kGet, kAccount, "", world.unknown).status, 401U);
  EXPECT_EQ(world.Signed(kGet, kAccount, "", world.disabled).body, kBadKey);
  EXPECT_EQ(world.Signed(kGet, kAccount, "", world.reader_only).status, 200U);
  EXPECT_EQ(world.Signed(kPost, kOrder, "symbol=BTCUSDT", world.reader_only).body, kBadKey);
  const TestKey wrong{world.maker.api_key, "wrong"};
  const Answer answer = world.Signed(kGet, kAccount, "", wrong);
  EXPECT_EQ(answer.body, kBadSignature);
  EXPECT_EQ(answer.status, 400U);
  // Public calls do not look at the key.
  EXPECT_EQ(world.Send(kGet, "/api/v3/ping", {}, {}, "no-key!").status, 200U);
}

TEST(BinanceSigning, TheTimestampMustBeCloseAndTheWindowBounded) {
  World world;
  constexpr std::int64_t kNow = World::kStartNs / kNsPerMs;
  const auto ask = [&](std::int64_t timestamp, const std::string& query = {}) {
    return world.Send(kGet, kAccount, World::SignAt(timestamp, query, world.maker), {},
                      world.maker.api_key);
  };
  EXPECT_EQ(ask(kNow - 5'000).status, 200U);
  EXPECT_EQ(ask(kNow - 5'001).body,
            R"({"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."})");
  EXPECT_EQ(ask(kNow - 59'000, "recvWindow=60000").status, 200U);
  EXPECT_EQ(ask(kNow - 100, "recvWindow=99.999").status, 400U);
  EXPECT_EQ(ask(kNow + 5'000).status, 200U);
  EXPECT_EQ(ask(kNow + 5'001).body,
            R"({"code":-1021,"msg":"Timestamp for this request was 5001ms ahead of the server's )"
            R"(time."})");
  EXPECT_EQ(ask(kNow, "recvWindow=60000.001").body,
            R"({"code":-1131,"msg":"recvWindow must be less than 60000."})");
  EXPECT_EQ(ask(kNow, "recvWindow=1.0001").status, 400U);
  EXPECT_EQ(ask(kNow, "recvWindow=-1").status, 400U);
  EXPECT_EQ(ask(kNow * 1'000).status, 200U) << "microseconds";
}

TEST(BinanceSigning, AQueryAndACancelOfTheSameBytesAreTwoRequests) {
  World world;
  world.Signed(kPost, kOrder,
               "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100",
               world.maker);
  const std::string text = world.Sign("symbol=BTCUSDT&orderId=1", world.maker);
  EXPECT_TRUE(
      world.Send(kGet, kOrder, text, {}, world.maker.api_key).body.contains(R"("status":"NEW")"));
  EXPECT_TRUE(world.Send(HttpMethod::kDelete, kOrder, text, {}, world.maker.api_key)
                  .body.contains(R"("status":"CANCELED")"));
  EXPECT_TRUE(world.Send(kGet, kOrder, text, {}, world.maker.api_key)
                  .body.contains(R"("status":"CANCELED")"));
}

}  // namespace
}  // namespace lockstep
