#include "bench/hmac_bench.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/embedded_key_store.h"
#include "auth/hex.h"

namespace lockstep {
namespace {

// A signed order of Binance's dialect has about this length; the target is stated for it.
constexpr std::size_t kRequestBytes = 120;
// Enough that keys and states do not all sit in the first-level cache.
constexpr int kKeys = 256;
constexpr int kVerifiesAtATime = 4'096;
constexpr char kOpensslCommand[] = "openssl speed -seconds 1 -hmac sha256 -bytes 120 2>/dev/null";

struct Arguments {
  int rounds = 3;
  double target = 1.3;
  bool json = false;
};

// CPU time, as `openssl speed` counts it, so that a busy machine slows neither figure.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct SignedRequest {
  std::string api_key;
  std::string text;
  std::string signature;  // hexadecimal
};

std::vector<SignedRequest> SignRequests(EmbeddedKeyStore& keys) {
  std::vector<SignedRequest> requests;
  for (int i = 0; i < kKeys; ++i) {
    const auto created =
        keys.Create(AccountId(static_cast<std::uint64_t>(i) + 1), kPermissionTrade);
    if (!created.has_value()) {
      throw std::runtime_error(created.error().message());
    }
    std::string text = fmt::format(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00{:03}&price=50000.00&"
        "recvWindow=5000&timestamp=1700000000000",
        i);
    text.resize(kRequestBytes, '0');
    const HmacSha256Key key(std::as_bytes(std::span(created->api_secret)));
    const Mac mac = key.Sign({std::as_bytes(std::span(text))});
    requests.push_back({created->api_key, std::move(text), HexEncode(mac)});
  }
  return requests;
}

bool VerifyOne(const KeyStore& keys, const SignedRequest& request) {
  const auto key = keys.Find(request.api_key);
  Mac mac;
  return key != nullptr && HexDecode(request.signature, mac) &&
         key->hmac.Verify({std::as_bytes(std::span(request.text))}, mac);
}

// ns for each, over one CPU second.
double MeasureOurs(const KeyStore& keys, const std::vector<SignedRequest>& requests) {
  std::uint64_t verified = 0;
  std::uint64_t tried = 0;
  const double start = CpuSeconds();
  double seconds = 0;
  while (seconds < 1.0) {
    for (int i = 0; i < kVerifiesAtATime; ++i) {
      // A step that shares no factor with the number of keys: each in turn, none after its
      // neighbour.
      const SignedRequest& request = requests[tried * 97 % requests.size()];
      verified += VerifyOne(keys, request) ? 1U : 0U;
      ++tried;
    }
    seconds = CpuSeconds() - start;
  }
  if (verified != tried) {
    throw std::runtime_error("a good signature was refused");
  }
  return seconds * 1e9 / static_cast<double>(tried);
}

// ns for each, from the line "hmac(sha256)   384670.16k": thousands of bytes in a second.
std::optional<double> MeasureOpenssl() {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(kOpensslCommand, "r"), pclose);
  if (pipe == nullptr) {
    return std::nullopt;
  }
  std::array<char, 256> line{};
  std::optional<double> ns;
  while (fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    double thousand_bytes = 0;
    if (std::sscanf(line.data(), "hmac(sha256) %lfk", &thousand_bytes) == 1 && thousand_bytes > 0) {
      ns = static_cast<double>(kRequestBytes) * 1e6 / thousand_bytes;
    }
  }
  return ns;
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int Run(const Arguments& arguments) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "lockstep_hmac_XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    fmt::print(stderr, "bench hmac: cannot make a temporary folder\n");
    return 1;
  }
  auto keys = EmbeddedKeyStore::Open(directory);
  std::vector<double> ours;
  std::vector<double> openssl;
  if (keys.has_value()) {
    const std::vector<SignedRequest> requests = SignRequests(**keys);
    for (int round = 0; round < arguments.rounds; ++round) {
      ours.push_back(MeasureOurs(**keys, requests));
      const auto theirs = MeasureOpenssl();
      if (theirs.has_value()) {
        openssl.push_back(*theirs);
      }
    }
  }
  std::filesystem::remove_all(directory);
  if (!keys.has_value() || openssl.size() != ours.size()) {
    fmt::print(stderr, "bench hmac: {}\n",
               keys.has_value() ? "the program openssl is not there or printed something new"
                                : keys.error().message());
    return 1;
  }
  const double our_ns = Median(ours);
  const double openssl_ns = Median(openssl);
  const double ratio = our_ns / openssl_ns;
  const bool met = ratio <= arguments.target;
  if (arguments.json) {
    fmt::print(
        "{{\"bench\":\"hmac\",\"request_bytes\":{},\"keys\":{},\"rounds\":{},\"verify_ns\":{:.1f},"
        "\"openssl_ns\":{:.1f},\"ratio\":{:.3f},\"target\":{:.2f},\"met\":{}}}\n",
        kRequestBytes, kKeys, arguments.rounds, our_ns, openssl_ns, ratio, arguments.target, met);
  } else {
    fmt::print("HMAC-SHA256 of {} bytes, CPU time, median of {} rounds in turn\n", kRequestBytes,
               arguments.rounds);
    fmt::print("  verify: key look-up among {}, hex, HMAC, compare   {:8.1f} ns\n", kKeys, our_ns);
    fmt::print("  openssl speed -hmac sha256 -bytes {}             {:8.1f} ns\n", kRequestBytes,
               openssl_ns);
    fmt::print("  ratio {:.3f} (target at most {:.2f}: {})\n", ratio, arguments.target,
               met ? "met" : "missed");
  }
  return 0;
}

}  // namespace

void AddHmacBench(CLI::App& bench, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = *bench.add_subcommand(
      "hmac", "Verify a signed request: key look-up, hex and HMAC, beside `openssl speed`");
  command.add_option("--rounds", arguments->rounds, "Rounds, of a second for each of the two")
      ->check(CLI::Range(1, 100));
  command.add_flag("--json", arguments->json, "One JSON object instead of the table");
  command.callback([arguments, &exit_code] { exit_code = Run(*arguments); });
}

}  // namespace lockstep
