#include "gateway/binance/parameters.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/binance/signed_text.h"

namespace lockstep {
namespace {

std::string Joined(const SignedText& text) {
  std::string all;
  for (const std::string_view part : text.parts) {
    all += part;
  }
  return all;
}

TEST(Parameters, DecodesAndKeepsTheOrder) {
  Parameters parameters;
  ASSERT_FALSE(parameters.AddUrlEncoded("a=1&b=%C3%A9+x&empty=&bare&=v&&c=a=b"));
  ASSERT_EQ(parameters.all().size(), 6U);
  EXPECT_EQ(parameters.Find("b")->value, "\xC3\xA9 x");
  EXPECT_EQ(parameters.Find("empty")->value, "");
  EXPECT_EQ(parameters.Find("bare")->value, "");
  EXPECT_EQ(parameters.Find("")->value, "v");
  EXPECT_EQ(parameters.Find("c")->value, "a=b");
  EXPECT_EQ(parameters.Find("d"), nullptr);
}

TEST(Parameters, TheQueryGoesBeforeTheBodyAndDoublesAreRefused) {
  Parameters parameters;
  ASSERT_FALSE(parameters.AddUrlEncoded("a=query"));
  ASSERT_FALSE(parameters.AddUrlEncoded("a=body&b=body"));
  EXPECT_EQ(parameters.Find("a")->value, "query");
  EXPECT_EQ(parameters.Find("b")->value, "body");
  EXPECT_EQ(Parameters().AddUrlEncoded("a=1&%61=2")->kind, ErrorKind::kDuplicateParameter);
}

TEST(Parameters, RefusesWhatIsNoEncodingAndTooMuch) {
  for (const std::string_view bad : {"a=%", "a=%4", "a=%4g", "a=%ff", "a=\xff", "%c3=1"}) {
    const auto error = Parameters().AddUrlEncoded(bad);
    ASSERT_TRUE(error) << bad;
    EXPECT_EQ(error->code, -1100) << bad;
  }
  std::string many;
  for (std::size_t i = 0; i <= Parameters::kMaxParameters; ++i) {
    many += "p" + std::to_string(i) + "=1&";
  }
  EXPECT_EQ(Parameters().AddUrlEncoded(many)->kind, ErrorKind::kTooManyParameters);
}

TEST(Parameters, KeepItsViewsWhenMoved) {
  Parameters parameters;
  ASSERT_FALSE(parameters.AddUrlEncoded("a=%31"));
  ASSERT_TRUE(parameters.AddCopy("b", "2"));
  const Parameters moved = std::move(parameters);
  EXPECT_EQ(moved.all()[0].value, "1");
  EXPECT_EQ(moved.all()[1].value, "2");
}

TEST(SignedText, CutsTheSignatureOutOfEveryPlace) {
  struct Case {
    std::string_view query;
    std::string_view body;
    std::string_view is_signed;
    std::string_view signature;
    std::string_view api_key;
  };
  for (const Case& one : {
           Case{"a=1&signature=S", "", "a=1", "S", ""},
           Case{"signature=S&a=1", "", "a=1", "S", ""},
           Case{"a=1&signature=S&b=2", "", "a=1&b=2", "S", ""},
           Case{"signature=S", "", "", "S", ""},
           Case{"a=1", "b=2&signature=S", "a=1b=2", "S", ""},
           Case{"a=1&signature=S", "b=2", "a=1b=2", "S", ""},
           Case{"", "b=2&signature=S", "b=2", "S", ""},
           Case{"a=1&signature=S&apiKey=K", "", "a=1", "S", "K"},
           Case{"a=1&signature=S&b=2&apiKey=K&c=3", "", "a=1&b=2&c=3", "S", "K"},
           Case{"signature=S&apiKey=K&b=2", "", "b=2", "S", "K"},
           Case{"apiKey=K&signature=S", "", "apiKey=K", "S", ""},
           Case{"a=1&signature=S", "signature=T", "a=1signature=T", "S", ""},
           Case{"xsignature=1&signatures=2", "", "xsignature=1&signatures=2", "", ""},
           Case{"a=%20&signature=%53", "", "a=%20", "%53", ""},
       }) {
    const SignedText text = FindSignedText(one.query, one.body);
    EXPECT_EQ(Joined(text), one.is_signed) << one.query << ' ' << one.body;
    EXPECT_EQ(text.signature, one.signature) << one.query << ' ' << one.body;
    EXPECT_EQ(text.api_key, one.api_key) << one.query << ' ' << one.body;
  }
}

TEST(SignedText, OfTheWebSocketApiIsSortedByName) {
  Parameters parameters;
  ASSERT_TRUE(parameters.AddCopy("timestamp", "5"));
  ASSERT_TRUE(parameters.AddCopy("signature", "S"));
  ASSERT_TRUE(parameters.AddCopy("apiKey", "K"));
  ASSERT_TRUE(parameters.AddCopy("flag", "false"));
  ASSERT_TRUE(parameters.AddCopy("note", "\xC3\xA9"));
  std::string payload;
  const SignedText text = MakeSignedText(parameters, payload);
  EXPECT_EQ(Joined(text), "apiKey=K&flag=false&note=\xC3\xA9&timestamp=5");
  EXPECT_EQ(text.signature, "S");
  EXPECT_EQ(text.api_key, "K");
}

}  // namespace
}  // namespace lockstep
