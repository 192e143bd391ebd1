#include "apps/exchange_config.h"

#include <toml++/toml.h>

#include <bit>
#include <functional>
#include <string_view>
#include <vector>

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kMebibyte = 1 << 20;

struct Key {
  std::string_view section;
  std::string_view name;
  // Takes the value; what is allowed when it does not fit, empty when it does.
  std::function<std::string(const toml::node&)> take;
};

std::function<std::string(const toml::node&)> Number(std::int64_t low, std::int64_t high,
                                                     std::function<void(std::int64_t)> set) {
  return [low, high, set = std::move(set)](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
      return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    }
    set(*value);
    return {};
  };
}

// Rings are powers of two.
std::function<std::string(const toml::node&)> RingMebibytes(std::size_t& bytes) {
  return [&bytes](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > 4'096 ||
        !std::has_single_bit(static_cast<std::uint64_t>(*value))) {
      return "a power of two from 1 to 4096";
    }
    bytes = static_cast<std::size_t>(*value) << 20U;
    return {};
  };
}

std::function<std::string(const toml::node&)> Text(std::string& text) {
  return [&text](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty()) {
      return "a text";
    }
    text = *value;
    return {};
  };
}

std::function<std::string(const toml::node&)> Sync(SyncPolicy& policy) {
  return [&policy](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::string>().value_or("");
    if (value == "always") {
      policy = SyncPolicy::kAlways;
    } else if (value == "interval") {
      policy = SyncPolicy::kInterval;
    } else if (value == "none") {
      policy = SyncPolicy::kNone;
    } else {
      return "\"always\", \"interval\" or \"none\"";
    }
    return {};
  };
}

std::vector<Key> KeysOf(ExchangeConfig& config) {
  const auto pool = [](std::uint32_t& size, std::int64_t high) {
    return Number(1, high,
                  [&size](std::int64_t value) { size = static_cast<std::uint32_t>(value); });
  };
  const auto scaled = [](std::int64_t& to, std::int64_t unit, std::int64_t high) {
    return Number(1, high, [&to, unit](std::int64_t value) { to = value * unit; });
  };
  const auto limit = [](std::uint64_t& to) {
    return Number(0, INT64_MAX,
                  [&to](std::int64_t value) { to = static_cast<std::uint64_t>(value); });
  };
  return {
      {"exchange", "listen", Text(config.http_address)},
      {"exchange", "sbe", Text(config.sbe_address)},
      {"journal", "sync", Sync(config.journal.sync)},
      {"journal", "sync_interval_ms", scaled(config.journal.sync_interval_ns, kNsPerMs, 10'000)},
      {"journal", "segment_mib", scaled(config.journal.segment_bytes, kMebibyte, 65'536)},
      {"snapshot", "log_mib", scaled(config.engine_thread.snapshot_log_bytes, kMebibyte, 1 << 20)},
      {"snapshot", "interval_seconds",
       scaled(config.engine_thread.snapshot_interval_ns, kNsPerSecond, 1'000'000)},
      {"engine", "max_accounts", pool(config.engine.max_accounts, 1 << 24)},
      {"engine", "max_assets", pool(config.engine.max_assets, 4'096)},
      {"engine", "max_symbols", pool(config.engine.max_symbols, 4'096)},
      {"engine", "max_orders", pool(config.engine.max_orders, 1 << 26)},
      {"engine", "max_account_symbols", pool(config.engine.max_account_symbols, 1 << 26)},
      {"engine", "max_requests", pool(config.engine.max_requests, 1 << 28)},
      {"engine", "max_sources", pool(config.engine.max_sources, 1 << 20)},
      {"limits", "weight_per_minute", limit(config.rate_limits.weight_per_minute)},
      {"limits", "requests_per_5_minutes", limit(config.rate_limits.raw_requests_per_5_minutes)},
      {"limits", "orders_per_10_seconds", limit(config.rate_limits.orders_per_10_seconds)},
      {"limits", "orders_per_day", limit(config.rate_limits.orders_per_day)},
      {"rings", "ingress_mib", RingMebibytes(config.ingress_ring_bytes)},
      {"rings", "queries_mib", RingMebibytes(config.query_ring_bytes)},
      {"rings", "events_mib", RingMebibytes(config.event_ring_bytes)},
      {"rings", "stall_limit_ms", scaled(config.event_stall_limit_ns, kNsPerMs, 600'000)},
  };
  // The analyzer loses sight of the functions that the list was made of.
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
}

Status TakeKey(const std::vector<Key>& keys, std::string_view section, std::string_view name,
               const toml::node& node) {
  const std::string full = std::string(section) + "." + std::string(name);
  for (const Key& key : keys) {
    if (key.section == section && key.name == name) {
      const std::string allowed = key.take(node);
      return allowed.empty() ? Status::Ok()
                             : Status(StatusCode::kInvalidArgument, full + " must be " + allowed);
    }
  }
  return {StatusCode::kInvalidArgument, "there is no setting " + full};
}

}  // namespace

Status ReadConfigFile(const std::string& path, ExchangeConfig& config) {
  toml::table document;
  try {
    document = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return {StatusCode::kInvalidArgument, path + ":" + std::to_string(error.source().begin.line) +
                                              ": " + std::string(error.description())};
  }
  const std::vector<Key> keys = KeysOf(config);
  for (const auto& [section, node] : document) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return {StatusCode::kInvalidArgument,
              path + ": '" + std::string(section.str()) + "' stands outside every section"};
    }
    for (const auto& [name, value] : *table) {
      if (Status status = TakeKey(keys, section.str(), name.str(), value); !status.ok()) {
        return {status.code(), path + ": " + status.message()};
      }
    }
  }
  return Status::Ok();
}

}  // namespace lockstep
