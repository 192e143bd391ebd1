#include "client/stream_client.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "client/rest_request.h"

namespace lockstep {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::asio::ip::tcp;
using Deadline = std::chrono::steady_clock::time_point;

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20U;  // a whole book fits
constexpr std::string_view kSubscriptionId = "user-data";

Deadline After(std::int64_t timeout_ms) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
}

}  // namespace

class StreamClient::Impl {
 public:
  Impl() : stream_(io_) {}

  Status Open(const std::string& address, const std::string& path, std::int64_t timeout_ms) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0) {
      return {StatusCode::kInvalidArgument, "'" + address + "' is not host:port"};
    }
    beast::error_code error;
    tcp::resolver resolver(io_);
    const auto endpoints =
        resolver.resolve(tcp::v4(), address.substr(0, colon), address.substr(colon + 1), error);
    if (error) {
      return {StatusCode::kInvalidArgument, address + ": " + error.message()};
    }
    beast::tcp_stream& tcp_stream = beast::get_lowest_layer(stream_);
    tcp_stream.expires_after(std::chrono::milliseconds(timeout_ms));
    bool done = false;
    const auto finish = [&](const beast::error_code& result) {
      error = result;
      done = true;
    };
    tcp_stream.async_connect(endpoints, [&](const beast::error_code& result, const tcp::endpoint&) {
      if (result) {
        return finish(result);
      }
      stream_.async_handshake(address, path, finish);
    });
    while (!done) {  // ends by the stream's own time-out
      RunOne(After(timeout_ms));
    }
    if (error == beast::error::timeout) {
      return {StatusCode::kUnavailable, address + path + ": " + error.message()};
    }
    if (error == websocket::error::upgrade_declined) {
      return {StatusCode::kInvalidArgument, address + path + ": " + error.message()};
    }
    if (error) {
      return {StatusCode::kIoError, address + path + ": " + error.message()};
    }
    tcp_stream.expires_never();
    tcp_stream.socket().set_option(tcp::no_delay(true), error);
    stream_.read_message_max(kMaxMessageBytes);
    return Status::Ok();
  }

  Status Send(std::string_view text, std::int64_t timeout_ms) {
    // Kept here: a write that outlives its time still reads it.
    out_ = text;
    beast::error_code error;
    writing_ = true;
    stream_.text(true);
    stream_.async_write(boost::asio::buffer(out_),
                        [this](const beast::error_code& result, std::size_t) {
                          writing_ = false;
                          write_error_ = result;
                        });
    const Deadline deadline = After(timeout_ms);
    while (writing_ && RunOne(deadline)) {
    }
    if (writing_) {
      beast::get_lowest_layer(stream_).close();  // half a frame is on its way
      return {StatusCode::kIoError, "the server takes no more"};
    }
    return write_error_ ? Status(StatusCode::kIoError, write_error_.message()) : Status::Ok();
  }

  Result<std::string_view> Receive(std::int64_t timeout_ms) {
    if (!reading_) {
      in_.consume(in_.size());
      reading_ = true;
      stream_.async_read(in_, [this](const beast::error_code& result, std::size_t) {
        reading_ = false;
        read_error_ = result;
      });
    }
    const Deadline deadline = After(timeout_ms);
    while (reading_ && RunOne(deadline)) {
    }
    if (reading_) {
      return Error(StatusCode::kUnavailable, "no message came in time");
    }
    if (read_error_) {
      return Error(StatusCode::kIoError, read_error_.message());
    }
    const auto bytes = in_.cdata();
    return std::string_view(static_cast<const char*>(bytes.data()), bytes.size());
  }

 private:
  // False: nothing happened until the deadline.
  bool RunOne(Deadline deadline) {
    if (io_.stopped()) {
      io_.restart();
    }
    return io_.run_one_until(deadline) != 0;
  }

  boost::asio::io_context io_{1};
  beast::flat_buffer in_;
  std::string out_;
  beast::error_code read_error_;
  beast::error_code write_error_;
  bool reading_ = false;
  bool writing_ = false;
  websocket::stream<beast::tcp_stream> stream_;
};

StreamClient::StreamClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

StreamClient::~StreamClient() = default;

Result<std::unique_ptr<StreamClient>> StreamClient::Open(const std::string& address,
                                                         const std::string& path,
                                                         std::int64_t timeout_ms) {
  auto impl = std::make_unique<Impl>();
  if (Status status = impl->Open(address, path, timeout_ms); !status.ok()) {
    return std::unexpected(status);
  }
  return std::unique_ptr<StreamClient>(new StreamClient(std::move(impl)));
}

Status StreamClient::Send(std::string_view text, std::int64_t timeout_ms) {
  return impl_->Send(text, timeout_ms);
}

Result<std::string_view> StreamClient::Receive(std::int64_t timeout_ms) {
  return impl_->Receive(timeout_ms);
}

Result<std::unique_ptr<StreamClient>> OpenUserDataStream(const std::string& address,
                                                         const Credentials& credentials,
                                                         std::int64_t timeout_ms) {
  auto stream = StreamClient::Open(address, "/ws-api/v3", timeout_ms);
  if (!stream) {
    return stream;
  }
  // Signed are the parameters in the order of their names.
  const std::string timestamp = std::to_string(SystemClock().WallNs() / kNsPerUs);
  const std::string signed_text = "apiKey=" + credentials.api_key + "&timestamp=" + timestamp;
  const std::string request =
      R"({"id":")" + std::string(kSubscriptionId) +
      R"(","method":"userDataStream.subscribe.signature","params":{"apiKey":")" +
      credentials.api_key + R"(","timestamp":)" + timestamp + R"(,"signature":")" +
      SignatureOf(signed_text, credentials.api_secret) + R"("}})";
  if (Status status = (*stream)->Send(request, timeout_ms); !status.ok()) {
    return std::unexpected(status);
  }
  const auto answer = (*stream)->Receive(timeout_ms);
  if (!answer) {
    return std::unexpected(answer.error());
  }
  if (!answer->contains(R"("status":200)")) {
    return Error(StatusCode::kInvalidArgument, "no user data stream: " + std::string(*answer));
  }
  return stream;
}

}  // namespace lockstep
