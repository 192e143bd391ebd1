// lockstep admin: what operators do, over the admin API; docs/admin.md.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/admin_text.h"
#include "apps/commands.h"
#include "apps/operator_keys.h"
#include "audit/audit_file.h"
#include "base/clock.h"
#include "client/rest_client.h"
#include "client/rest_request.h"

namespace lockstep {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;
constexpr std::uint32_t kRecvWindowMs = 5'000;
// Longer than an order's: an act waits for the disk of the audit log first.
constexpr std::int64_t kTimeoutMs = 10'000;
constexpr std::int64_t kNsPerUs = 1'000;

struct Arguments {
  std::string http = "127.0.0.1:8080";
  std::string keys;
  bool json = false;
  // Parameters of the request: those that go with the chosen subcommand, and its options.
  std::vector<std::pair<std::string, std::string>> parameters;
  struct Given {
    const char* parameter;
    std::string value;
    CLI::Option* option;
  };
  std::list<Given> options;  // of all subcommands
};
using Shared = std::shared_ptr<Arguments>;

void Complain(const std::string& text) { std::fprintf(stderr, "admin: %s\n", text.c_str()); }

int Send(const Arguments& arguments, RestMethod method, std::string_view path, AdminView view) {
  const auto credentials = FindOperatorKey(arguments.keys);
  if (!credentials) {
    Complain(credentials.error().message());
    return kBadInput;
  }
  RestParameters parameters;
  for (const auto& [name, value] : arguments.parameters) {
    parameters.Add(name, value);
  }
  for (const Arguments::Given& given : arguments.options) {
    if (given.option->count() != 0) {
      parameters.Add(given.parameter, given.value);
    }
  }
  RestClient client(arguments.http);
  const auto answer =
      client.Send(MakeSignedRequest(method, path, std::move(parameters), *credentials,
                                    SystemClock().WallNs() / kNsPerUs, kRecvWindowMs),
                  kTimeoutMs);
  if (!answer) {
    Complain(arguments.http + ": " + answer.error().message());
    return answer.error().code() == StatusCode::kInvalidArgument ? kBadInput : kFailed;
  }
  const bool done = answer->status == 200;
  if (arguments.json) {
    std::printf("%s\n", answer->body.c_str());
  } else if (done) {
    std::fputs(AdminText(view, answer->body).c_str(), stdout);
  } else {
    Complain(AdminErrorText(static_cast<int>(answer->status), answer->body));
  }
  return done ? 0 : kFailed;
}

int Verify(const std::string& path) {
  const auto scan = ScanAuditFile(path, [](std::string_view, std::int64_t) {});
  if (!scan) {
    Complain(scan.error().message());
    return scan.error().code() == StatusCode::kNotFound ? kBadInput : kFailed;
  }
  std::printf("%llu lines, each follows from the one before; last hash %s\n",
              static_cast<unsigned long long>(scan->last.number), scan->last.hash.c_str());
  if (scan->torn_bytes != 0) {
    std::printf("%lld bytes behind them are no whole line\n",
                static_cast<long long>(scan->torn_bytes));
  }
  return 0;
}

// Builds the tree of subcommands.
class Builder {
 public:
  Builder(CLI::App& admin, Shared arguments, int& exit_code)
      : admin_(admin), arguments_(std::move(arguments)), exit_code_(exit_code) {}

  CLI::App& Group(const char* name, const char* help) const {
    CLI::App& group = *admin_.add_subcommand(name, help);
    group.require_subcommand(1);
    return group;
  }

  // An argument by place, or an option by name, that becomes a parameter of the request.
  void Argument(CLI::App& command, const char* name, const char* parameter,
                const char* help) const {
    Add(command, name, parameter, help)->required();
  }
  void Option(CLI::App& command, const char* name, const char* parameter, const char* help,
              bool required = false) const {
    Add(command, name, parameter, help)->required(required);
  }
  void Fixed(CLI::App& command, const char* parameter, const char* value) const {
    command.parse_complete_callback([arguments = arguments_, parameter, value] {
      arguments->parameters.emplace_back(parameter, value);
    });
  }
  void Sends(CLI::App& command, RestMethod method, std::string_view path,
             AdminView view = AdminView::kAct) const {
    command.final_callback([arguments = arguments_, &exit_code = exit_code_, method, path, view] {
      exit_code = Send(*arguments, method, path, view);
    });
  }
  void Calls(CLI::App& command, std::function<int()> run) const {
    command.final_callback([&exit_code = exit_code_, run = std::move(run)] { exit_code = run(); });
  }

 private:
  CLI::Option* Add(CLI::App& command, const char* name, const char* parameter,
                   const char* help) const {
    Arguments::Given& given = arguments_->options.emplace_back(parameter, "", nullptr);
    given.option = command.add_option(name, given.value, help);
    return given.option;
  }

  CLI::App& admin_;
  Shared arguments_;
  int& exit_code_;
};

void AddFilters(const Builder& build, CLI::App& command) {
  build.Option(command, "--tick-size", "tickSize", "Prices are multiples of it");
  build.Option(command, "--min-price", "minPrice", "Lowest price");
  build.Option(command, "--max-price", "maxPrice", "Highest price");
  build.Option(command, "--step-size", "stepSize", "Quantities are multiples of it");
  build.Option(command, "--min-qty", "minQty", "Smallest quantity");
  build.Option(command, "--max-qty", "maxQty", "Largest quantity");
  build.Option(command, "--min-notional", "minNotional", "Smallest price times quantity");
  build.Option(command, "--max-notional", "maxNotional", "Largest price times quantity");
  build.Option(command, "--bid-multiplier-up", "bidMultiplierUp", "Of the last price, for bids");
  build.Option(command, "--bid-multiplier-down", "bidMultiplierDown", "The same, downwards");
  build.Option(command, "--ask-multiplier-up", "askMultiplierUp", "Of the last price, for asks");
  build.Option(command, "--ask-multiplier-down", "askMultiplierDown", "The same, downwards");
  build.Option(command, "--max-num-orders", "maxNumOrders", "Open orders of one account");
}

void AddFees(const Builder& build, CLI::App& command) {
  build.Option(command, "--maker-fee", "makerFee", "Part of what is traded, as 0.001");
  build.Option(command, "--taker-fee", "takerFee", "The same; below 0: a rebate");
}

void AddAssetCommands(const Builder& build) {
  CLI::App& asset = build.Group("asset", "What is traded and held");
  CLI::App& create = *asset.add_subcommand("create", "Define an asset");
  build.Argument(create, "name", "asset", "As BTC");
  build.Option(create, "--scale", "scale", "Decimals of an amount, 0 to 8", true);
  build.Option(create, "--id", "assetId", "Default: the next free one");
  build.Sends(create, RestMethod::kPost, "/admin/v1/asset");
  build.Sends(*asset.add_subcommand("list", "All assets"), RestMethod::kGet, "/admin/v1/assets",
              AdminView::kAssets);
}

void AddSymbolCommands(const Builder& build) {
  CLI::App& symbol = build.Group("symbol", "Markets, their states and rules");
  CLI::App& create = *symbol.add_subcommand("create", "Open a market");
  build.Argument(create, "name", "symbol", "As BTCUSDT");
  build.Option(create, "--base", "baseAsset", "What is bought and sold", true);
  build.Option(create, "--quote", "quoteAsset", "What it is paid with", true);
  build.Option(create, "--price-scale", "priceScale", "Decimals of a price", true);
  build.Option(create, "--quantity-scale", "quantityScale", "Decimals of a quantity", true);
  build.Option(create, "--status", "status", "Default: TRADING");
  build.Option(create, "--id", "symbolId", "Default: the next free one");
  AddFilters(build, create);
  AddFees(build, create);
  build.Sends(create, RestMethod::kPost, "/admin/v1/symbol");

  CLI::App& status = *symbol.add_subcommand("status", "Set a market's state");
  build.Argument(status, "name", "symbol", "As BTCUSDT");
  build.Argument(status, "status", "status", "TRADING, POST_ONLY, CANCEL_ONLY, HALT or CLOSED");
  build.Sends(status, RestMethod::kPut, "/admin/v1/symbol/status");

  CLI::App& filters = *symbol.add_subcommand("filters", "Change filters; 0 switches one off");
  build.Argument(filters, "name", "symbol", "As BTCUSDT");
  AddFilters(build, filters);
  build.Sends(filters, RestMethod::kPut, "/admin/v1/symbol/filters", AdminView::kRules);

  CLI::App& fees = *symbol.add_subcommand("fees", "Change fees");
  build.Argument(fees, "name", "symbol", "As BTCUSDT");
  AddFees(build, fees);
  build.Sends(fees, RestMethod::kPut, "/admin/v1/symbol/fees", AdminView::kRules);

  CLI::App& list = *symbol.add_subcommand("list", "All markets, or one");
  build.Option(list, "name", "symbol", "As BTCUSDT");
  build.Sends(list, RestMethod::kGet, "/admin/v1/symbols", AdminView::kSymbols);
}

void AddAccountCommands(const Builder& build) {
  CLI::App& account = build.Group("account", "Who trades");
  CLI::App& create = *account.add_subcommand("create", "Open an account");
  build.Argument(create, "id", "accountId", "A number");
  build.Sends(create, RestMethod::kPost, "/admin/v1/account");
  CLI::App& show = *account.add_subcommand("show", "State, open orders and balances");
  build.Argument(show, "id", "accountId", "A number");
  build.Sends(show, RestMethod::kGet, "/admin/v1/account", AdminView::kAccount);
  CLI::App& disable =
      *account.add_subcommand("disable", "Refuse its new orders and cancel its open ones");
  build.Argument(disable, "id", "accountId", "A number");
  build.Fixed(disable, "status", "DISABLED");
  build.Sends(disable, RestMethod::kPut, "/admin/v1/account/status");
  CLI::App& enable = *account.add_subcommand("enable", "Let it trade again");
  build.Argument(enable, "id", "accountId", "A number");
  build.Fixed(enable, "status", "ACTIVE");
  build.Sends(enable, RestMethod::kPut, "/admin/v1/account/status");
}

void AddFundsCommand(const Builder& build, CLI::App& admin, const char* name, const char* help,
                     std::string_view path) {
  CLI::App& move = *admin.add_subcommand(name, help);
  build.Argument(move, "account", "accountId", "A number");
  build.Argument(move, "asset", "asset", "As USDT");
  build.Argument(move, "amount", "amount", "As 12.5");
  build.Option(move, "--source", "source", "Where the numbers come from: a bank, a chain", true);
  build.Option(move, "--number", "number", "Of this movement there; each is applied once", true);
  build.Sends(move, RestMethod::kPost, path);
}

// halt, cancel-only and resume: one market, or all.
struct Switch {
  const char* name;
  const char* help;
  const char* status;
  const char* from;  // with --all: only markets in this state; null: all but CLOSED ones
};

void AddSwitch(const Builder& build, CLI::App& admin, const Shared& arguments, const Switch& kill) {
  CLI::App& command = *admin.add_subcommand(kill.name, kill.help);
  build.Fixed(command, "status", kill.status);
  CLI::App& which = *command.add_option_group("markets");
  build.Option(which, "--symbol", "symbol", "One market");
  which.add_flag_callback(
      "--all",
      [arguments, from = kill.from] {
        arguments->parameters.emplace_back("all", "true");
        if (from != nullptr) {
          arguments->parameters.emplace_back("from", from);
        }
      },
      kill.from == nullptr ? "Every market that is not CLOSED" : "Every market in HALT");
  which.require_option(1);
  build.Sends(command, RestMethod::kPut, "/admin/v1/symbol/status");
}

void AddAuditCommands(const Builder& build) {
  CLI::App& audit = build.Group("audit", "What operators did");
  CLI::App& show = *audit.add_subcommand("show", "Lines of a running exchange; the newest");
  build.Option(show, "--from", "from", "From this number on");
  build.Option(show, "--limit", "limit", "At most so many, up to 1000");
  build.Sends(show, RestMethod::kGet, "/admin/v1/audit", AdminView::kAudit);
  CLI::App& verify = *audit.add_subcommand("verify", "Check a file's chain; changes nothing");
  auto path = std::make_shared<std::string>();
  verify.add_option("file", *path, "DATA/audit.log")->required();
  build.Calls(verify, [path] { return Verify(*path); });
}

}  // namespace

void AddAdminCommand(CLI::App& root, int& exit_code) {
  CLI::App& admin =
      *root.add_subcommand("admin", "Run the venue: markets, accounts, kill switches");
  admin.require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  admin.add_option("--http", arguments->http, "Exchange's HTTP address:port")
      ->capture_default_str();
  admin.add_option("--keys", arguments->keys,
                   "File with the operator's key (dev-keys.json); default: the environment");
  admin.add_flag("--json", arguments->json, "Print the answer as it came");
  const Builder build(admin, arguments, exit_code);
  AddAssetCommands(build);
  AddSymbolCommands(build);
  AddAccountCommands(build);
  AddFundsCommand(build, admin, "deposit", "Add to an account's balance", "/admin/v1/deposit");
  AddFundsCommand(build, admin, "withdraw", "Take from an account's balance",
                  "/admin/v1/withdrawal");
  AddSwitch(build, admin, arguments,
            {"halt", "Stop trading: orders are refused, cancels pass", "HALT", nullptr});
  AddSwitch(build, admin, arguments,
            {"cancel-only", "Refuse new orders; cancels pass", "CANCEL_ONLY", nullptr});
  AddSwitch(build, admin, arguments, {"resume", "Trade again", "TRADING", "HALT"});
  AddAuditCommands(build);
}

}  // namespace lockstep
