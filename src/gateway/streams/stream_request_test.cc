#include "gateway/streams/stream_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/streams/stream_path.h"

namespace lockstep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

StreamRequest Good(std::string_view text) {
  auto request = ParseStreamRequest(text);
  EXPECT_TRUE(request.has_value()) << text << ": " << (request ? "" : request.error().text);
  return request.value_or(StreamRequest{});
}
StreamRequestError Bad(std::string_view text) {
  auto request = ParseStreamRequest(text);
  EXPECT_FALSE(request.has_value()) << text;
  return request ? StreamRequestError{} : request.error();
}

TEST(StreamRequestTest, TheMethodsAreUnderstood) {
  const StreamRequest request =
      Good(R"({"method":"SUBSCRIBE","params":["btcusdt@trade","!miniTicker@arr"],"id":7})");
  EXPECT_EQ(request.method, StreamMethod::kSubscribe);
  EXPECT_THAT(request.names, ElementsAre("btcusdt@trade", "!miniTicker@arr"));
  EXPECT_EQ(request.id, "7");
  EXPECT_EQ(Good(R"({"method":"LIST_SUBSCRIPTIONS","id":1})").method,
            StreamMethod::kListSubscriptions);
  EXPECT_EQ(Good(R"({"method":"GET_PROPERTY","params":["combined"],"id":1})").method,
            StreamMethod::kGetProperty);
  EXPECT_TRUE(Good(R"({"method":"SET_PROPERTY","params":["combined",true],"id":1})").combined);
}

TEST(StreamRequestTest, IdsComeBackAsTheyWere) {
  const auto id = [](const std::string& value) {
    return Good(R"({"id":)" + value + R"(,"method":"LIST_SUBSCRIPTIONS"})").id;
  };
  for (const char* value : {"0", "18446744073709551615", "-1", "null", R"("a-b")", R"("\"\\")"}) {
    EXPECT_EQ(id(value), value);
  }
  EXPECT_EQ(Good(R"({"method":"LIST_SUBSCRIPTIONS"})").id, "null");
  for (const char* value : {"1.5", "1e3", "true", "[]", "{}", "123456789012345678901"}) {
    EXPECT_EQ(Bad(R"({"id":)" + std::string(value) + R"(,"method":"LIST_SUBSCRIPTIONS"})").code, 2);
  }
  EXPECT_EQ(Bad(R"({"id":")" + std::string(200, 'x') + R"("})").code, 2);
}

TEST(StreamRequestTest, RepeatedAndUnknownFieldsDoNoHarm) {
  const StreamRequest request =
      Good(R"({"x":{"method":1,"params":[[]]},"method":"FOO","params":["a"],"method":"SUBSCRIBE",)"
           R"("params":["b"],"id":1,"id":2})");
  EXPECT_THAT(request.names, ElementsAre("b"));
  EXPECT_EQ(request.id, "2");
}

TEST(StreamRequestTest, WrongTypesAreCode2AndKeepTheId) {
  for (const char* text :
       {R"({"id":5})", R"({"id":5,"method":1})", R"({"id":5,"method":"NO"})",
        R"({"id":5,"method":"SUBSCRIBE"})", R"({"id":5,"method":"SUBSCRIBE","params":"a"})",
        R"({"id":5,"method":"SUBSCRIBE","params":["a",1]})",
        R"({"id":5,"method":"UNSUBSCRIBE","params":[["a"]]})",
        R"({"id":5,"method":"SET_PROPERTY","params":["combined"]})",
        R"({"id":5,"method":"GET_PROPERTY","params":[1]})",
        R"({"id":5,"method":"GET_PROPERTY","params":["combined",true]})"}) {
    const StreamRequestError error = Bad(text);
    EXPECT_EQ(error.code, 2) << text;
    EXPECT_EQ(error.id, "5") << text;
    EXPECT_THAT(error.text, HasSubstr("Invalid request: ")) << text;
  }
  EXPECT_EQ(Bad(R"({"id":5,"method":"SET_PROPERTY","params":["other",true]})").code, 0);
  EXPECT_EQ(Bad(R"({"id":5,"method":"SET_PROPERTY","params":["combined",1]})").code, 1);
}

TEST(StreamRequestTest, WhatIsNoJsonIsCode3) {
  for (const char* text : {"", " ", "{", "}", R"({"id":1)", R"({"id":1}x)", "nul", R"({"a":01})",
                           R"({"a":"\ud800"})", "\x01", R"(["a",])"}) {
    EXPECT_EQ(Bad(text).code, 3) << text;
  }
  EXPECT_EQ(Bad("[]").code, 2);
  EXPECT_EQ(Bad("1").code, 2);
}

TEST(StreamRequestTest, DepthIsBounded) {
  EXPECT_EQ(Bad(std::string(60'000, '[')).code, 2);
  std::string objects;
  for (int i = 0; i < 10'000; ++i) {
    objects += R"({"a":)";
  }
  EXPECT_EQ(Bad(objects).code, 2);
}

TEST(StreamPathTest, PathsOfRealClients) {
  const auto names = [](std::string_view path, std::string_view query = {}) {
    return ParseStreamPath(path, query).names;
  };
  EXPECT_THAT(names("/ws"), IsEmpty());
  EXPECT_THAT(names("/ws/"), IsEmpty());
  EXPECT_THAT(names("/ws/49"), IsEmpty());
  EXPECT_THAT(names("/ws/btcusdt@trade"), ElementsAre("btcusdt@trade"));
  EXPECT_THAT(names("/ws/a@trade/b@depth5"), ElementsAre("a@trade", "b@depth5"));
  EXPECT_THAT(names("/ws//%21ticker%40arr/%zz"), ElementsAre("!ticker@arr", "%zz"));
  EXPECT_THAT(names("/stream", "streams="), IsEmpty());
  EXPECT_THAT(names("/stream", "timeUnit=MICROSECOND&streams=a@trade/b@kline_1m"),
              ElementsAre("a@trade", "b@kline_1m"));
  EXPECT_THAT(names("/stream/ws/0"), IsEmpty());
  EXPECT_THAT(names("/stream/ws/a@trade"), ElementsAre("a@trade"));
  EXPECT_FALSE(ParseStreamPath("/ws/a", {}).combined);
  EXPECT_FALSE(ParseStreamPath("/stream/ws/a", {}).combined);
  EXPECT_TRUE(ParseStreamPath("/stream", "streams=").combined);
  EXPECT_TRUE(ParseStreamPath("/stream/what?", {}).combined);
}

TEST(StreamPathTest, OurTopicsAreNamesOfStreams) {
  EXPECT_EQ(FeedNameOf("/topic/market/trade/BTCUSDT"), "btcusdt@trade");
  EXPECT_EQ(FeedNameOf("/topic/market/depth/BTCUSDT"), "btcusdt@depth@100ms");
  EXPECT_EQ(FeedNameOf("BTCUSDT@trade"), "BTCUSDT@trade");
}

}  // namespace
}  // namespace lockstep
