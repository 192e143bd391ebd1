#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/exchange_process.h"

namespace lockstep {
namespace {

// How often the storage is looked at: soon enough that clients hear why within a second.
constexpr long kWatchNs = 100'000'000;

enum class Kind : std::uint8_t { kExchange, kNode };

struct ExchangeArguments {
  std::string data_directory;
  std::string listen;
  std::string sbe;
  std::string config_path;
  bool dev = false;
};

Status CheckKind(const ExchangeConfig& config, Kind kind) {
  if (kind == Kind::kNode && config.members.empty()) {
    return {StatusCode::kInvalidArgument,
            "a node's settings have [cluster] with member and [[cluster.members]]"};
  }
  if (kind == Kind::kExchange && !config.members.empty()) {
    return {StatusCode::kInvalidArgument,
            "these are the settings of a cluster's node: start it with `lockstep node`"};
  }
  if (config.data_directory.empty()) {
    return {StatusCode::kInvalidArgument, "no data directory: --data or [exchange] data"};
  }
  return Status::Ok();
}

// The same process with the same arguments, from its beginning: a machine of Java's cannot be made
// twice.
void StartAgain() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> texts;
  for (std::string text; std::getline(file, text, '\0');) {
    texts.push_back(text);
  }
  std::vector<char*> arguments;
  arguments.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    arguments.push_back(text.data());
  }
  arguments.push_back(nullptr);
  std::fflush(nullptr);
  execv("/proc/self/exe", arguments.data());
  std::perror("node: it could not start again");
}

int RunExchange(const ExchangeArguments& arguments, Kind kind) {
  // Before any thread starts, so that all inherit it and the signals wait for this one.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  ExchangeConfig config;
  if (!arguments.config_path.empty()) {
    if (Status status = ReadConfigFile(arguments.config_path, config); !status.ok()) {
      std::fprintf(stderr, "exchange: %s\n", status.message().c_str());
      return 2;
    }
  }
  if (!arguments.data_directory.empty()) {
    config.data_directory = arguments.data_directory;
  }
  config.dev = arguments.dev;
  if (!arguments.listen.empty()) {
    config.http_address = arguments.listen;
  }
  if (!arguments.sbe.empty()) {
    config.sbe_address = arguments.sbe;
  }
  if (Status status = CheckKind(config, kind); !status.ok()) {
    std::fprintf(stderr, "%s: %s\n", kind == Kind::kNode ? "node" : "exchange",
                 status.message().c_str());
    return 2;
  }
  auto process = ExchangeProcess::Start(config);
  if (!process) {
    std::fprintf(stderr, "exchange: %s\n", process.error().message().c_str());
    return process.error().code() == StatusCode::kInvalidArgument ? 2 : 1;
  }
  std::printf("%s\n", (*process)->ReadyLine().c_str());
  std::fflush(stdout);
  const timespec interval = {0, kWatchNs};
  while (sigtimedwait(&stop_signals, nullptr, &interval) < 0 && !(*process)->WantsRestart()) {
    (*process)->Watch();
  }
  const bool again = (*process)->WantsRestart();
  if (!(*process)->Stop()) {
    std::fputs("exchange: stopped before everything in flight was answered\n", stderr);
    return 1;
  }
  if (again) {
    (*process).reset();
    StartAgain();
  }
  return 0;
}

}  // namespace

void AddExchangeCommand(CLI::App& root, int& exit_code) {
  CLI::App& exchange =
      *root.add_subcommand("exchange", "Run a whole exchange in this process until SIGTERM");
  auto arguments = std::make_shared<ExchangeArguments>();
  exchange.add_option("--data", arguments->data_directory, "Data directory, made when missing")
      ->required();
  exchange.add_option("--listen", arguments->listen,
                      "HTTP address:port (default 127.0.0.1:8080; port 0: any)");
  exchange.add_option("--sbe", arguments->sbe,
                      "Binary gateway's address:port (default 127.0.0.1:9001; port 0: any)");
  exchange.add_option("--config", arguments->config_path,
                      "Settings, TOML; deploy/exchange.toml shows them all");
  exchange.add_flag("--dev", arguments->dev,
                    "Begin with BTCUSDT and ETHUSDT, funded accounts maker and taker, and their "
                    "keys in DATA/dev-keys.json");
  exchange.callback(
      [arguments, &exit_code] { exit_code = RunExchange(*arguments, Kind::kExchange); });
}

void AddNodeCommand(CLI::App& root, int& exit_code) {
  CLI::App& node = *root.add_subcommand(
      "node", "Run one node of a cluster: gateways, engine and its part of the replicated log");
  auto arguments = std::make_shared<ExchangeArguments>();
  node.add_option("--config", arguments->config_path,
                  "Settings, TOML; deploy/node.toml shows them all")
      ->required();
  node.add_option("--data", arguments->data_directory, "Data directory, made when missing");
  node.add_flag("--dev", arguments->dev,
                "The first leader makes BTCUSDT, ETHUSDT and funded accounts maker and taker");
  node.callback([arguments, &exit_code] { exit_code = RunExchange(*arguments, Kind::kNode); });
}

}  // namespace lockstep
