// A TCP connection to this machine that sends and receives bytes as they are, and WebSocket frames
// as a client makes and reads them: what a test needs to be rude.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep::testing_support {

// A frame as a client sends it: masked. `first` is the first byte: 0x81 text, 0x88 close, 0x89
// ping…
inline std::string ClientFrame(unsigned first, std::string_view payload) {
  constexpr std::string_view kMask = "\x12\x34\x56\x78";
  std::string frame(1, static_cast<char>(first));
  if (payload.size() <= 125) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    const bool wide = payload.size() > 0xFFFF;
    frame += static_cast<char>(wide ? 0xFF : 0xFE);
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) {
      frame += static_cast<char>(payload.size() >> static_cast<unsigned>(shift));
    }
  }
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  }
  return frame;
}
inline std::string ClientText(std::string_view text) { return ClientFrame(0x81, text); }

struct ServerFrame {
  unsigned opcode = 0;
  std::string payload;

  // Of a close frame; 0: none.
  [[nodiscard]] unsigned close_code() const {
    return payload.size() < 2 ? 0
                              : static_cast<unsigned char>(payload[0]) * 256U +
                                    static_cast<unsigned char>(payload[1]);
  }
};

class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~RawConnection() { close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // False when the peer has closed.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads until the peer closes, `ending` has come, or nothing has come for ten seconds.
  std::string ReadUntil(std::string_view ending) {
    while (ending.empty() || received_.find(ending) == std::string::npos) {
      if (!ReadMore()) {
        break;
      }
    }
    return std::exchange(received_, {});
  }
  std::string ReadToEnd() { return ReadUntil({}); }

  // One answer with its body, whatever came behind it is kept.
  std::string ReadAnswer() {
    std::size_t head = std::string::npos;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore()) {
        return std::exchange(received_, {});
      }
    }
    head += 4;
    const std::size_t field = received_.find("Content-Length: ");
    const std::size_t body = field < head ? std::stoul(received_.substr(field + 16)) : 0;
    while (received_.size() < head + body && ReadMore()) {
    }
    std::string answer = received_.substr(0, head + body);
    received_.erase(0, head + body);
    return answer;
  }

  // Opens a WebSocket; the head of the answer.
  std::string Upgrade(std::string_view target) {
    Send("GET " + std::string(target) +
         " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    return ReadAnswer();
  }

  // Nothing when the peer has closed.
  std::optional<ServerFrame> ReadFrame() {
    std::size_t header = 2;
    std::size_t length = 0;
    for (;;) {
      if (received_.size() >= 2) {
        const unsigned short_length = static_cast<unsigned char>(received_[1]);
        EXPECT_LT(short_length, 128U) << "a server does not mask";
        header = short_length == 127 ? 10 : short_length == 126 ? 4 : 2;
        if (received_.size() >= header) {
          length = header == 2 ? short_length : 0;
          for (std::size_t i = 2; i < header; ++i) {
            length = length << 8U | static_cast<unsigned char>(received_[i]);
          }
          if (received_.size() >= header + length) {
            break;
          }
        }
      }
      if (!ReadMore()) {
        return std::nullopt;
      }
    }
    EXPECT_EQ(static_cast<unsigned char>(received_[0]) & 0xF0U, 0x80U) << "one frame, no extension";
    ServerFrame frame{.opcode = static_cast<unsigned char>(received_[0]) & 0xFU,
                      .payload = received_.substr(header, length)};
    received_.erase(0, header + length);
    return frame;
  }
  std::string ReadText() {
    const auto frame = ReadFrame();
    EXPECT_TRUE(frame.has_value());
    return frame && frame->opcode == 1 ? frame->payload : std::string();
  }

  void EndSending() const { shutdown(fd_, SHUT_WR); }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  bool ReadMore() {
    char chunk[16'384];
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, 10'000) <= 0) {
      ADD_FAILURE() << "nothing comes";
      return false;
    }
    const ssize_t got = recv(fd_, chunk, sizeof(chunk), 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    received_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  bool closed_ = false;
  std::string received_;
};

}  // namespace lockstep::testing_support
