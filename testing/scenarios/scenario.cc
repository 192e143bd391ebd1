#include "testing/scenarios/scenario.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"
#include "protocol/text.h"
#include "testing/support/commands.h"

namespace lockstep::testing {
namespace {

// Plays line by line. An entry is applied when the line behind its commands and expected events is
// met.
class Player {
 public:
  Player(std::string directory, const MachineFactory& factory, const ScenarioObserver& observer)
      : directory_(std::move(directory)), factory_(factory), observer_(observer) {}

  Status PlayFile(const std::string& file, bool setup) {
    std::ifstream in(directory_ + "/" + file);
    if (!in) {
      return {StatusCode::kNotFound, "no scenario " + directory_ + "/" + file};
    }
    std::string line;
    std::size_t number = 0;
    while (std::getline(in, line)) {
      where_ = file + ":" + std::to_string(++number) + ": ";
      if (Status status = PlayLine(line, setup); !status.ok()) {
        return status;
      }
    }
    return Flush(setup);
  }

 private:
  [[nodiscard]] Status Wrong(const std::string& why) const {
    return {StatusCode::kInvalidArgument, where_ + why};
  }

  Status PlayLine(std::string_view line, bool setup) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) {
      line.remove_suffix(1);
    }
    if (line.empty() || line.front() == '#') {
      return Status::Ok();
    }
    const std::string_view rest = line.size() > 2 ? line.substr(2) : std::string_view();
    if (line.starts_with("< ")) {
      expected_.emplace_back(rest);
      return Status::Ok();
    }
    if (line.starts_with("& ")) {
      return AddCommand(rest);
    }
    if (Status status = Flush(setup); !status.ok()) {
      return status;
    }
    group_where_ = where_;
    if (line.starts_with("> ")) {
      return AddCommand(rest);
    }
    if (line.starts_with("? ")) {
      query_ = true;
      return AddCommand(rest);
    }
    if (line == "reload") {
      auto image = Machine().Reload();
      return image ? Status::Ok()
                   : Status(StatusCode::kCorruption, where_ + image.error().message());
    }
    const auto space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    const std::string argument(space == std::string_view::npos ? "" : line.substr(space + 1));
    if (word == "use") {
      const std::string where = where_;
      const Status status = PlayFile("setup/" + argument + ".txt", true);
      where_ = where;
      return status;
    }
    if (word == "time") {
      const auto [end, error] =
          std::from_chars(argument.data(), argument.data() + argument.size(), timestamp_ns_);
      return error == std::errc() && end == argument.data() + argument.size()
                 ? Status::Ok()
                 : Wrong("no time: " + argument);
    }
    return word == "limits" ? SetLimits(argument) : Wrong("not understood: " + std::string(line));
  }

  Status SetLimits(const std::string& argument) {
    if (machine_ != nullptr) {
      return Wrong("limits come before the first command");
    }
    const std::pair<std::string_view, std::uint32_t*> names[] = {
        {"accounts", &limits_.max_accounts},
        {"assets", &limits_.max_assets},
        {"symbols", &limits_.max_symbols},
        {"orders", &limits_.max_orders},
        {"requests", &limits_.max_requests},
        {"sources", &limits_.max_sources},
        {"account_symbols", &limits_.max_account_symbols},
    };
    for (std::size_t at = 0; at < argument.size();) {
      const std::size_t end = std::min(argument.find(' ', at), argument.size());
      const std::string_view item = std::string_view(argument).substr(at, end - at);
      const auto equals = item.find('=');
      bool found = false;
      for (const auto& [name, limit] : names) {
        if (equals != std::string_view::npos && item.substr(0, equals) == name) {
          const auto result =
              std::from_chars(item.data() + equals + 1, item.data() + item.size(), *limit);
          found = result.ec == std::errc();
        }
      }
      if (!found) {
        return Wrong("no limit: " + std::string(item));
      }
      at = end + 1;
    }
    return Status::Ok();
  }

  Status AddCommand(std::string_view line) {
    auto command = CommandFromText(line);
    if (!command) {
      return Wrong(command.error().message());
    }
    commands_.push_back(std::move(*command));
    return Status::Ok();
  }

  // Applies what has been gathered and compares its events.
  Status Flush(bool setup) {
    if (commands_.empty()) {
      return expected_.empty() ? Status::Ok() : Wrong("an event without a command");
    }
    const auto commands = std::exchange(commands_, {});
    const auto expected = std::exchange(expected_, {});
    const bool query = std::exchange(query_, false);
    const std::vector<Message> events =
        query ? Machine().Query(commands.front())
              : Machine().Apply(++position_, timestamp_ns_, Entry(commands));
    for (const Message& event : events) {
      if (observer_) {
        const auto index = Decode<sbe::Trade>(event).header().commandIndex();
        observer_(query ? Message() : commands.at(index), event);
      }
      if (setup && ReadMessageHeader(event).template_id == sbe::Reject::SBE_TEMPLATE_ID) {
        return {StatusCode::kCorruption, group_where_ + "refused in the set-up: " + ToText(event)};
      }
    }
    return setup && expected.empty() ? Status::Ok() : Compare(expected, events);
  }

  [[nodiscard]] Status Compare(const std::vector<std::string>& expected,
                               const std::vector<Message>& events) const {
    std::string why;
    if (expected.size() != events.size()) {
      why = "expected " + std::to_string(expected.size()) + " events, there were " +
            std::to_string(events.size());
    }
    for (std::size_t i = 0; why.empty() && i < events.size(); ++i) {
      const auto difference = DifferenceFromText(expected[i], events[i]);
      if (!difference) {
        return {StatusCode::kInvalidArgument, group_where_ + difference.error().message()};
      }
      if (!difference->empty()) {
        why = "event " + std::to_string(i) + ": " + *difference;
      }
    }
    if (why.empty()) {
      return Status::Ok();
    }
    std::string all = group_where_ + why + "; events:";
    for (const Message& event : events) {
      all += "\n< " + ToText(event);
    }
    return {StatusCode::kCorruption, all};
  }

  class Machine& Machine() {
    if (machine_ == nullptr) {
      machine_ = factory_(limits_);
    }
    return *machine_;
  }

  std::string directory_;
  const MachineFactory& factory_;
  const ScenarioObserver& observer_;
  std::unique_ptr<class Machine> machine_;
  EngineLimits limits_{.max_accounts = 64,
                       .max_assets = 16,
                       .max_symbols = 16,
                       .max_orders = 4'096,
                       .max_account_symbols = 256,
                       .max_requests = 1'024,
                       .max_sources = 16};
  std::int64_t position_ = 0;
  std::int64_t timestamp_ns_ = 1'000'000'000;
  std::string where_;        // the line at hand
  std::string group_where_;  // the first line of the entry at hand
  bool query_ = false;
  std::vector<Command> commands_;
  std::vector<std::string> expected_;
};

}  // namespace

Status PlayScenario(const std::string& directory, const std::string& file,
                    const MachineFactory& factory, const ScenarioObserver& observer) {
  return Player(directory, factory, observer).PlayFile(file, false);
}

}  // namespace lockstep::testing
