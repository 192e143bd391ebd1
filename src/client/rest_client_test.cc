#include "client/rest_client.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/rest_request.h"

namespace lockstep {
namespace {

std::string Http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// A server that takes one connection after the other and gives each its answers, one for each
// request; then it closes the connection. An empty answer: it says nothing until the peer closes.
class ScriptedServer {
 public:
  using Answers = std::vector<std::string>;

  explicit ScriptedServer(std::vector<Answers> connections)
      : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this, script = std::move(connections)] {
      for (const Answers& answers : script) {
        const int connection = accept(listener_, nullptr, nullptr);
        Serve(connection, answers);
        close(connection);
      }
    });
  }
  ~ScriptedServer() {
    if (thread_.joinable()) {
      thread_.join();
    }
    close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  // The heads of all requests, when the script is at its end.
  [[nodiscard]] std::vector<std::string> Requests() {
    thread_.join();
    return requests_;
  }

 private:
  void Serve(int connection, const Answers& answers) {
    for (const std::string& answer : answers) {
      std::string request;
      while (!request.ends_with("\r\n\r\n")) {
        std::array<char, 1'024> buffer{};
        const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
        if (count <= 0) {
          return;
        }
        request.append(buffer.data(), static_cast<std::size_t>(count));
      }
      requests_.push_back(request);
      if (answer.empty()) {
        std::array<char, 16> buffer{};
        EXPECT_LE(recv(connection, buffer.data(), buffer.size(), 0), 0);
        return;
      }
      EXPECT_EQ(send(connection, answer.data(), answer.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(answer.size()));
    }
  }

  int listener_;
  std::string address_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

RestRequest SomeOrder() {
  RestParameters parameters;
  parameters.Add("symbol", "BTCUSDT").AddAmount("quantity", 150'000);
  return MakeSignedRequest(RestMethod::kPost, "/api/v3/order", parameters, {"key", "secret"},
                           1'700'000'000'000'000, 5'000);
}

// The example of the API's own documents.
TEST(RestRequest, IsSignedAsTheDocumentsShow) {
  EXPECT_EQ(SignatureOf("symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&"
                        "recvWindow=5000&timestamp=1499827319559",
                        "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"),
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
}

TEST(RestRequest, SignsWhatItSends) {
  const RestRequest request = SomeOrder();
  const std::string signed_text =
      "symbol=BTCUSDT&quantity=0.00150000&recvWindow=5000&timestamp=1700000000000000";
  EXPECT_EQ(request.target,
            "/api/v3/order?" + signed_text + "&signature=" + SignatureOf(signed_text, "secret"));
  EXPECT_EQ(request.api_key, "key");
}

TEST(RestRequest, EncodesWhatIsNotPlain) {
  RestParameters parameters;
  parameters.Add("symbols", R"(["A","B"])").Add("id", "a-b_c.d~e/f:g \xC3\xA9");
  EXPECT_EQ(parameters.text(), "symbols=%5B%22A%22%2C%22B%22%5D&id=a-b_c.d~e%2Ff%3Ag%20%C3%A9");
}

TEST(RestClient, KeepsItsConnection) {
  ScriptedServer server({{Http("200 OK", "{}"), Http("429 Too Many Requests", "no")}});
  RestClient client(server.address());
  const auto first = client.Send(SomeOrder());
  const auto second = client.Send(MakePublicRequest("/api/v3/ping"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->status, 200U);
  EXPECT_EQ(first->body, "{}");
  EXPECT_EQ(second->status, 429U);
  EXPECT_TRUE(second->IsDefinite());
  const auto requests = server.Requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(requests[0].starts_with("POST " + SomeOrder().target + " HTTP/1.1\r\n"));
  EXPECT_TRUE(requests[0].contains("X-MBX-APIKEY: key\r\n")) << requests[0];
  EXPECT_TRUE(requests[1].starts_with("GET /api/v3/ping HTTP/1.1\r\n"));
  EXPECT_FALSE(requests[1].contains("X-MBX-APIKEY")) << requests[1];
}

TEST(RestClient, RepeatsByANewConnectionWhenTheOldOneIsGone) {
  ScriptedServer server({{Http("200 OK", "1")}, {Http("200 OK", "2")}});
  RestClient client(server.address());
  ASSERT_TRUE(client.Send(SomeOrder()));
  const auto second = client.Send(SomeOrder());
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(second->body, "2");
}

TEST(RestClient, SendsTheSameBytesUntilItIsAnswered) {
  ScriptedServer server(
      {{Http("503 Service Unavailable", "unknown"), "HTTP/1.1 200"}, {Http("200 OK", "done")}});
  RestClient client(server.address());
  const auto answer = client.SendUntilAnswered(SomeOrder());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "done");
  const auto requests = server.Requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0], requests[1]);
  EXPECT_EQ(requests[0], requests[2]);
}

TEST(RestClient, SaysThatNoAnswerCame) {
  ScriptedServer server({{""}});
  RestClient client(server.address());
  const auto answer = client.Send(SomeOrder(), 50);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), StatusCode::kUnavailable) << answer.error().message();
}

TEST(RestClient, SaysThatItsPatienceIsAtAnEnd) {
  ScriptedServer server({{Http("503 Service Unavailable", "unknown"), ""}});
  RestClient client(server.address());
  const auto answer = client.SendUntilAnswered(SomeOrder(), 200);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), StatusCode::kUnavailable) << answer.error().message();
}

TEST(RestClient, TellsWhatIsNoHttp) {
  ScriptedServer server({{"SSH-2.0-OpenSSH\r\n\r\n"}});
  RestClient client(server.address());
  const auto answer = client.Send(SomeOrder());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), StatusCode::kCorruption) << answer.error().message();
}

TEST(RestClient, NeedsAnAddressAndAServer) {
  EXPECT_EQ(RestClient("nowhere").Send(SomeOrder()).error().code(), StatusCode::kInvalidArgument);
  std::string closed;
  {
    ScriptedServer server({});
    closed = server.address();
  }
  EXPECT_EQ(RestClient(closed).Send(SomeOrder()).error().code(), StatusCode::kIoError);
}

}  // namespace
}  // namespace lockstep
