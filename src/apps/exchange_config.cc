#include "apps/exchange_config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
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

std::string TakeMember(const toml::table& table, ClusterMember& member) {
  const auto text = [&table](std::string_view name, std::string& to) {
    const auto value = table[name].value_exact<std::string>();
    to = value.value_or("");
    return !to.empty();
  };
  const auto id = table["id"].value_exact<std::int64_t>();
  const auto port = table["port"].value_exact<std::int64_t>();
  constexpr std::int64_t kLastPort = 65'535 - kAeronPortsPerMember;
  if (!id || *id < 0 || *id > 100 || !port || *port < 1 || *port > kLastPort ||
      !text("host", member.host) || !text("rest", member.rest) || !text("sbe", member.sbe) ||
      table.size() != 5) {
    return "a list of tables with id (0 to 100), host, port (1 to " + std::to_string(kLastPort) +
           "), rest and sbe (address:port)";
  }
  member.id = static_cast<std::int32_t>(*id);
  member.port = static_cast<std::uint16_t>(*port);
  return {};
}

std::function<std::string(const toml::node&)> Members(std::vector<ClusterMember>& members) {
  return [&members](const toml::node& node) -> std::string {
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      return "a list of tables";
    }
    for (const toml::node& one : *list) {
      const toml::table* table = one.as_table();
      std::string wrong =
          table == nullptr ? "a list of tables" : TakeMember(*table, members.emplace_back());
      if (!wrong.empty()) {
        return wrong;
      }
    }
    return {};
  };
}

std::vector<Key> ClusterKeysOf(ExchangeConfig& config) {
  const auto milliseconds = [](std::int64_t& to, std::int64_t low, std::int64_t high) {
    return Number(low, high, [&to](std::int64_t value) { to = value * kNsPerMs; });
  };
  const auto mebibytes = [](std::size_t& to, std::int64_t high) {
    return Number(1, high,
                  [&to](std::int64_t value) { to = static_cast<std::size_t>(value) << 20U; });
  };
  AeronTimeouts& times = config.aeron.timeouts;
  return {
      {"cluster", "member",
       Number(0, 100,
              [&config](std::int64_t value) { config.member = static_cast<std::int32_t>(value); })},
      {"cluster", "members", Members(config.members)},
      {"cluster", "java_home", Text(config.aeron.java.java_home)},
      {"cluster", "java_heap_mib", mebibytes(config.aeron.java.heap_bytes, 65'536)},
      {"cluster", "driver_directory", Text(config.aeron.driver_directory)},
      {"cluster", "mtu",
       Number(
           1'408, 8'192,
           [&config](std::int64_t value) { config.aeron.mtu = static_cast<std::size_t>(value); })},
      {"cluster", "log_term_mib", mebibytes(config.aeron.log_term_bytes, 1'024)},
      {"cluster", "segment_mib", mebibytes(config.aeron.segment_bytes, 1'024)},
      {"cluster", "file_sync",
       Number(0, 1,
              [&config](std::int64_t value) {
                config.aeron.file_sync_level = static_cast<int>(value);
              })},
      {"cluster", "heartbeat_timeout_ms", milliseconds(times.heartbeat_timeout_ns, 20, 60'000)},
      {"cluster", "heartbeat_interval_ms", milliseconds(times.heartbeat_interval_ns, 1, 10'000)},
      {"cluster", "election_timeout_ms", milliseconds(times.election_timeout_ns, 5, 60'000)},
      {"cluster", "election_status_ms", milliseconds(times.election_status_ns, 1, 10'000)},
      {"cluster", "canvass_timeout_ms", milliseconds(times.canvass_timeout_ns, 40, 600'000)},
      {"cluster", "tick_interval_ms", milliseconds(config.tick_interval_ns, 1, 1'000)},
  };
  // As in KeysOf.
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
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
      {"exchange", "data", Text(config.data_directory)},
      {"exchange", "keys", Text(config.key_directory)},
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
  std::vector<Key> keys = KeysOf(config);
  std::ranges::move(ClusterKeysOf(config), std::back_inserter(keys));
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
