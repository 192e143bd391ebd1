#include "bench/external_load.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bench/bench_socket.h"

extern char** environ;

namespace lockstep {
namespace {

// wrk reads the requests as it sends them: all of them in its memory would measure its collector.
constexpr std::string_view kScript = R"(
local requests, size
function init(args)
  requests = assert(io.open(args[1], "rb"))
  size = tonumber(args[2])
end
function request()
  return requests:read(size)
end
)";

bool IsInstalled(const char* program) {
  return std::system(fmt::format("command -v {} >/dev/null 2>&1", program).c_str()) == 0;
}

Status Missing(const char* program, const char* package) {
  return {StatusCode::kNotFound,
          fmt::format("{} is not installed (Debian's package {})", program, package)};
}

Result<std::string> OutputOf(const std::string& command) {
  // NOLINTNEXTLINE(cert-env33-c): a measurement runs what its user has installed.
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (pipe == nullptr) {
    return Error(StatusCode::kIoError, command + ": " + std::strerror(errno));
  }
  std::string text;
  std::array<char, 4'096> chunk{};
  std::size_t got = 0;
  while ((got = fread(chunk.data(), 1, chunk.size(), pipe.get())) > 0) {
    text.append(chunk.data(), got);
  }
  return text;
}

// The word behind `label`.
std::optional<std::string> WordBehind(const std::string& text, std::string_view label) {
  std::size_t at = text.find(label);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  at = text.find_first_not_of(' ', at + label.size());
  return text.substr(at, text.find_first_of(" \n,", at) - at);
}

double Number(const std::optional<std::string>& word) {
  return word ? std::strtod(word->c_str(), nullptr) : 0;
}

// "850.00us", "1.23ms", "2.00s"
double Microseconds(const std::optional<std::string>& word) {
  const double number = Number(word);
  if (!word || word->ends_with("us")) {
    return number;
  }
  return word->ends_with("ms") ? number * 1e3 : number * 1e6;
}

std::uint16_t FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return 0;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

Result<WrkFigures> RunWrk(const WrkLoad& load, const std::string& directory) {
  if (!IsInstalled("wrk")) {
    return std::unexpected(Missing("wrk", "wrk"));
  }
  std::string command = fmt::format("wrk -t1 -c{} -d{}s --latency", load.connections, load.seconds);
  if (load.requests_path.empty()) {
    command += " " + load.url;
  } else {
    const std::string script = directory + "/requests.lua";
    std::ofstream(script) << kScript;
    command +=
        fmt::format(" -s {} {} -- {} {}", script, load.url, load.requests_path, load.request_bytes);
  }
  const auto text = OutputOf(command + " 2>&1");
  if (!text) {
    return std::unexpected(text.error());
  }
  WrkFigures figures;
  figures.requests_per_second = Number(WordBehind(*text, "Requests/sec:"));
  const std::size_t total = text->find(" requests in ");
  if (total == std::string::npos || figures.requests_per_second <= 0) {
    return Error(StatusCode::kIoError, command + ": " + *text);
  }
  const std::size_t line = text->rfind('\n', total) + 1;
  figures.requests = std::strtoull(text->c_str() + line, nullptr, 10);
  figures.refused =
      static_cast<std::uint64_t>(Number(WordBehind(*text, "Non-2xx or 3xx responses:")));
  for (const std::string_view kind : {"connect", "read", "write", "timeout"}) {
    if (const std::size_t errors = text->find("Socket errors:"); errors != std::string::npos) {
      figures.socket_errors +=
          static_cast<std::uint64_t>(Number(WordBehind(text->substr(errors), kind)));
    }
  }
  figures.p50_us = Microseconds(WordBehind(*text, " 50%"));
  figures.p90_us = Microseconds(WordBehind(*text, " 90%"));
  figures.p99_us = Microseconds(WordBehind(*text, " 99%"));
  return figures;
}

Result<std::unique_ptr<Nginx>> Nginx::Start(const std::string& directory) {
  const char* program = IsInstalled("nginx") ? "nginx" : "/usr/sbin/nginx";
  if (access(program, X_OK) != 0 && !IsInstalled(program)) {
    return std::unexpected(Missing("nginx", "nginx-light"));
  }
  const std::uint16_t port = FreePort();
  const std::string path = directory + "/nginx.conf";
  std::ofstream(path) << fmt::format(
      "worker_processes 1;\ndaemon off;\nmaster_process off;\npid {0}/nginx.pid;\n"
      "error_log {0}/nginx.log;\nevents {{ worker_connections 1024; }}\n"
      "http {{\n  access_log off;\n  keepalive_requests 1000000000;\n"
      "  client_body_temp_path {0}/nginx-body;\n  proxy_temp_path {0}/nginx-proxy;\n"
      "  fastcgi_temp_path {0}/nginx-fastcgi;\n  uwsgi_temp_path {0}/nginx-uwsgi;\n"
      "  scgi_temp_path {0}/nginx-scgi;\n"
      "  server {{ listen 127.0.0.1:{1}; location / {{ return 204; }} }}\n}}\n",
      directory, port);
  std::vector<std::string> arguments = {program, "-c", path, "-e", directory + "/nginx.log"};
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  pid_t pid = -1;
  if (const int error = posix_spawnp(&pid, program, nullptr, nullptr, pointers.data(), environ);
      error != 0) {
    return Error(StatusCode::kIoError, std::string(program) + ": " + std::strerror(error));
  }
  std::unique_ptr<Nginx> nginx(new Nginx(pid, port));
  constexpr int kAttempts = 5'000;
  const timespec pause = {0, 1'000'000};
  for (int i = 0; i < kAttempts; ++i) {
    if (BenchSocket::Connect(port)) {
      return nginx;
    }
    nanosleep(&pause, nullptr);
  }
  return Error(StatusCode::kIoError, "nginx does not serve; its output is in " + directory);
}

Nginx::~Nginx() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

}  // namespace lockstep
