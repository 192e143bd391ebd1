#include "testing/differential/run.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Query.h"
#include "protocol/commands.h"
#include "protocol/text.h"
#include "testing/support/commands.h"

namespace lockstep::testing {
namespace {

constexpr std::size_t kMostJoined = 16;

// The text form where it gives back exactly these bytes, else the bytes.
std::string ExactText(const Message& message) {
  std::string line = ToText(message);
  const auto bytes = CommandFromText(line);
  if (bytes && *bytes == message) {
    return line;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex = "raw hex=";
  for (const std::byte b : message) {
    const auto byte = std::to_integer<unsigned>(b);
    hex += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return hex + "  # " + line;
}

// Where the message names an order by id, and of which symbol; null offset: it names none.
struct NamedOrder {
  std::size_t id_offset = 0;
  std::uint32_t symbol = 0;
};

template <class Codec>
NamedOrder Named(const Message& message, std::size_t offset) {
  return {kMessageHeaderBytes + offset, Decode<Codec>(message).symbol()};
}

NamedOrder FindNamedOrder(const Message& message) {
  constexpr MessageShape kQueryShapes[] = {ShapeOf<sbe::Query>(1)};
  const bool query = CheckShape(message, kQueryShapes) == ShapeError::kNone;
  if (!query && CheckShape(message, kCommandShapes) != ShapeError::kNone) {
    return {};  // garbage, or a reload, which has no message at all
  }
  switch (ReadMessageHeader(message).template_id) {
    case sbe::CancelOrder::SBE_TEMPLATE_ID:
      return Named<sbe::CancelOrder>(message, sbe::CancelOrder::orderIdEncodingOffset());
    case sbe::AmendOrder::SBE_TEMPLATE_ID:
      return Named<sbe::AmendOrder>(message, sbe::AmendOrder::orderIdEncodingOffset());
    case sbe::ReplaceOrder::SBE_TEMPLATE_ID:
      return Named<sbe::ReplaceOrder>(message, sbe::ReplaceOrder::orderIdEncodingOffset());
    case sbe::CancelReplace::SBE_TEMPLATE_ID:
      return Named<sbe::CancelReplace>(message, sbe::CancelReplace::cancelOrderIdEncodingOffset());
    case sbe::Query::SBE_TEMPLATE_ID:
      return Named<sbe::Query>(message, sbe::Query::orderIdEncodingOffset());
    default:
      return {};
  }
}

}  // namespace

void OrderNames::Learn(std::span<const Step> steps, const std::vector<Message>& answer) {
  for (const Message& event : answer) {
    if (ReadMessageHeader(event).template_id != sbe::ExecutionReport::SBE_TEMPLATE_ID) {
      continue;
    }
    auto report = Decode<sbe::ExecutionReport>(event);
    const std::size_t index = report.header().commandIndex();
    if (report.execType() == sbe::ExecType::NEW && index < steps.size()) {
      const Order order{report.header().symbol(), report.orderId()};
      step_of_[order] = steps[index].serial;
      order_of_[steps[index].serial] = order;
    }
  }
}

std::uint64_t OrderNames::MakerOf(const Message& message) const {
  const NamedOrder named = FindNamedOrder(message);
  if (named.id_offset == 0) {
    return 0;
  }
  std::uint64_t order_id = 0;
  std::memcpy(&order_id, message.data() + named.id_offset, sizeof(order_id));
  const auto step = step_of_.find({named.symbol, order_id});
  return step == step_of_.end() ? 0 : step->second;
}

void OrderNames::Rename(Step& step) const {
  const auto order = order_of_.find(step.names_order_of);
  const NamedOrder named = FindNamedOrder(step.message);
  if (order != order_of_.end() && named.id_offset != 0) {
    std::memcpy(step.message.data() + named.id_offset, &order->second.second,
                sizeof(std::uint64_t));
  }
}

std::size_t GroupLength(std::span<const Step> steps, std::size_t first) {
  if (steps[first].kind == StepKind::kQuery || steps[first].kind == StepKind::kReload) {
    return 1;
  }
  std::size_t length = 1;
  while (length < kMostJoined && first + length < steps.size() &&
         steps[first + length].kind == StepKind::kJoined) {
    ++length;
  }
  return length;
}

std::optional<Mismatch> SideBySide::Put(std::span<const Step> steps, std::vector<Message>* answer) {
  Mismatch mismatch;
  switch (steps.front().kind) {
    case StepKind::kCommand:
    case StepKind::kJoined: {
      std::vector<Command> commands;
      for (const Step& step : steps) {
        commands.push_back(step.message);
      }
      const auto entry = Entry(commands);
      ++position_;
      const std::int64_t timestamp_ns = steps.front().timestamp_ns;
      mismatch.left = left_.Apply(position_, timestamp_ns, entry);
      mismatch.right = right_.Apply(position_, timestamp_ns, entry);
      break;
    }
    case StepKind::kQuery:
      mismatch.left = left_.Query(steps.front().message);
      mismatch.right = right_.Query(steps.front().message);
      break;
    case StepKind::kReload: {
      auto left = left_.Reload();
      auto right = right_.Reload();
      if (!left || !right) {
        mismatch.why =
            !left ? "left: " + left.error().message() : "right: " + right.error().message();
        return mismatch;
      }
      mismatch.left = std::move(*left);
      mismatch.right = std::move(*right);
      break;
    }
  }
  const std::ptrdiff_t at = FirstDifference(mismatch.left, mismatch.right);
  if (at >= 0) {
    mismatch.why = "event " + std::to_string(at) + " differs";
    return mismatch;
  }
  if (answer != nullptr) {
    *answer = std::move(mismatch.left);
  }
  return std::nullopt;
}

std::optional<Mismatch> Replay(Run& run, const MachineFactory& left, const MachineFactory& right) {
  const auto left_machine = left(run.limits);
  const auto right_machine = right(run.limits);
  SideBySide both(*left_machine, *right_machine);
  OrderNames names;
  std::vector<Message> answer;
  for (std::size_t first = 0; first < run.steps.size();) {
    const std::size_t length = GroupLength(run.steps, first);
    const auto group = std::span(run.steps).subspan(first, length);
    for (Step& step : group) {
      names.Rename(step);
    }
    auto mismatch = both.Put(group, &answer);
    if (!mismatch && group.front().kind != StepKind::kQuery &&
        group.front().kind != StepKind::kReload) {
      names.Learn(group, answer);
    }
    if (mismatch) {
      mismatch->step = first + length - 1;
      return mismatch;
    }
    first += length;
  }
  return std::nullopt;
}

Run Shrink(const Run& run, const MachineFactory& left, const MachineFactory& right,
           std::size_t most_replays) {
  Run best = run;
  std::size_t replays = 0;
  // Keeps `candidate` when the two still differ on it, cut off behind the difference.
  const auto keep = [&](Run candidate) {
    ++replays;
    const auto mismatch = Replay(candidate, left, right);
    if (!mismatch) {
      return false;
    }
    candidate.steps.resize(mismatch->step + 1);
    best = std::move(candidate);
    return true;
  };
  keep(best);
  std::size_t piece = best.steps.size() / 2;
  while (piece > 0 && replays < most_replays) {
    bool smaller = false;
    for (std::size_t end = best.steps.size(); end > 0 && replays < most_replays;) {
      const std::size_t begin = end > piece ? end - piece : 0;
      Run candidate = best;
      candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                            candidate.steps.begin() + static_cast<std::ptrdiff_t>(end));
      if (keep(std::move(candidate))) {
        smaller = true;
      }
      end = std::min(begin, best.steps.size());
    }
    if (piece > 1) {
      piece /= 2;
    } else if (!smaller) {
      break;
    }
  }
  return best;
}

std::string Describe(const Run& run, const Mismatch& mismatch) {
  std::string text = "# " + mismatch.why + "\n";
  const EngineLimits& limits = run.limits;
  text += "limits accounts=" + std::to_string(limits.max_accounts) +
          " assets=" + std::to_string(limits.max_assets) +
          " symbols=" + std::to_string(limits.max_symbols) +
          " orders=" + std::to_string(limits.max_orders) +
          " account_symbols=" + std::to_string(limits.max_account_symbols) +
          " requests=" + std::to_string(limits.max_requests) +
          " sources=" + std::to_string(limits.max_sources) + "\n";
  std::int64_t timestamp_ns = -1;
  for (const Step& step : run.steps) {
    if (step.kind == StepKind::kReload) {
      text += "reload\n";
      continue;
    }
    if (step.kind != StepKind::kQuery && step.timestamp_ns != timestamp_ns) {
      timestamp_ns = step.timestamp_ns;
      text += "time " + std::to_string(timestamp_ns) + "\n";
    }
    text += step.kind == StepKind::kQuery ? "? " : step.kind == StepKind::kJoined ? "& " : "> ";
    text += ExactText(step.message) + "\n";
  }
  const auto list = [&](const char* whose, const std::vector<Message>& events) {
    text += std::string("# ") + whose + ":\n";
    for (const Message& event : events) {
      text += "< " + ToText(event) + "\n";
    }
  };
  list("left", mismatch.left);
  list("right", mismatch.right);
  return text;
}

}  // namespace lockstep::testing
