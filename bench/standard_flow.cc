#include "bench/standard_flow.h"

#include <zstd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "protocol/commands.h"

namespace lockstep {
namespace {

struct FlowHeader {
  char magic[8];
  std::uint64_t records;
  std::uint64_t prefill;
  std::int64_t min_price;
  std::int64_t max_price;
  std::uint64_t max_id;
  std::uint64_t reserved[2];
};
static_assert(sizeof(FlowHeader) == 64);

constexpr std::uint32_t kSymbol = 1;
constexpr std::size_t kMaxOwners = 1'000;
constexpr std::int64_t kFunds =
    1'000'000'000'000'000;  // enough for the tape, small enough for a thousand accounts

Result<std::vector<char>> Decompress(const std::vector<char>& packed, const std::string& path) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Error(StatusCode::kCorruption, path + ": not a zstd file of known size");
  }
  std::vector<char> plain(size);
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0U || got != size) {
    return Error(StatusCode::kCorruption, path + ": " + ZSTD_getErrorName(got));
  }
  return plain;
}

class EntryWriter {
 public:
  // `session` keeps the request ids of several writers apart.
  EntryWriter(EncodedEntries& out, std::size_t batch_bytes, std::uint64_t session)
      : out_(&out),
        single_(batch_bytes == 0),
        buffer_(single_ ? limits::kMinBatchBytes : batch_bytes),
        builder_(buffer_.data(), buffer_.size()),
        session_(session),
        requests_(kMaxOwners + 1) {
    out_->offsets.push_back(0);
  }

  template <class Codec, class Fill>
  void Add(std::uint64_t account, Fill&& fill) {
    std::byte bytes[limits::kMaxCommandBytes] = {};
    auto codec = Encode<Codec>(bytes, sizeof(bytes));
    codec.header().account(account).requestIdHigh(session_).requestIdLow(++requests_[account]);
    fill(codec);
    const std::span<const std::byte> command(bytes, kMessageHeaderBytes + codec.encodedLength());
    if (builder_.count() != 0 && !single_ && builder_.Add(command)) {
      return;
    }
    Flush();
    builder_.Begin(1, 1, ++batch_);
    LOCKSTEP_ASSERT(builder_.Add(command));
  }

  void Flush() {
    if (builder_.count() == 0) {
      return;
    }
    const auto entry = builder_.Finish();
    out_->commands.push_back(builder_.count());
    out_->bytes.insert(out_->bytes.end(), entry.begin(), entry.end());
    out_->offsets.push_back(out_->bytes.size());
    builder_.Begin(1, 1, batch_);
  }

 private:
  EncodedEntries* out_;
  bool single_;
  std::vector<std::byte> buffer_;
  EntryBuilder builder_;
  std::uint64_t batch_ = 0;
  // As clients do: each counts its own requests up, under a number of its session.
  std::uint64_t session_;
  std::vector<std::uint64_t> requests_;
};

void AddOrder(EntryWriter& writer, const FlowRecord& record,
              sbe::TimeInForce::Value time_in_force) {
  writer.Add<sbe::NewOrder>(record.owner, [&](auto& order) {
    order.symbol(kSymbol).side(record.side == 1 ? sbe::Side::BUY : sbe::Side::SELL);
    order.orderType(sbe::OrderType::LIMIT).timeInForce(time_in_force);
    order.price(record.price).quantity(record.quantity).putClientOrderId("", 0);
  });
}

}  // namespace

Result<StandardFlow> ReadStandardFlow(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error(StatusCode::kNotFound, path + ": cannot be opened");
  }
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  constexpr unsigned char kZstdMagic[4] = {0x28, 0xb5, 0x2f, 0xfd};
  if (bytes.size() >= 4 && std::memcmp(bytes.data(), kZstdMagic, 4) == 0) {
    Result<std::vector<char>> plain = Decompress(bytes, path);
    if (!plain) {
      return std::unexpected(plain.error());
    }
    bytes = std::move(*plain);
  }
  FlowHeader header{};
  if (bytes.size() < sizeof(header)) {
    return Error(StatusCode::kCorruption, path + ": shorter than its header");
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, "PEERFLW1", 8) != 0 || header.prefill > header.records ||
      bytes.size() - sizeof(header) < header.records * sizeof(FlowRecord)) {
    return Error(StatusCode::kCorruption, path + ": not a whole PEERFLW1 flow");
  }
  StandardFlow flow;
  flow.prefill = header.prefill;
  flow.records.resize(header.records);
  std::memcpy(flow.records.data(), bytes.data() + sizeof(header),
              header.records * sizeof(FlowRecord));
  return flow;
}

EncodedEntries EncodeMarket(std::uint32_t accounts) {
  EncodedEntries entries;
  EntryWriter writer(entries, limits::kMinBatchBytes, 0);
  for (const std::uint32_t asset : {1U, 2U}) {
    writer.Add<sbe::CreateAsset>(0, [&](auto& command) {
      constexpr char kNames[2][16] = {"BASE", "QUOTE"};
      command.asset(asset).scale(asset == 1 ? 0 : 8).putName(kNames[asset - 1]);
    });
  }
  writer.Add<sbe::CreateSymbol>(0, [&](auto& command) {
    char name[16] = "BASEQUOTE";
    command.symbol(kSymbol).baseAsset(1).quoteAsset(2).priceScale(6).quantityScale(0);
    command.makerFeePpm(1'000).takerFeePpm(1'000).status(sbe::TradingStatus::TRADING);
    command.filters().tickMultiple(1).lotMultiple(1).minQuantity(1).minNotional(1);
    command.putName(name);
  });
  std::uint64_t number = 0;
  for (std::uint32_t account = 1; account <= accounts; ++account) {
    writer.Add<sbe::CreateAccount>(0, [&](auto& command) { command.newAccount(account); });
    for (const std::uint32_t asset : {1U, 2U}) {
      writer.Add<sbe::Deposit>(0, [&](auto& command) {
        command.targetAccount(account).asset(asset).amount(kFunds).source(1).number(++number);
      });
    }
  }
  writer.Flush();
  return entries;
}

EncodedEntries EncodeFlow(const StandardFlow& flow, std::size_t from, std::size_t to,
                          std::size_t batch_bytes) {
  EncodedEntries entries;
  EntryWriter writer(entries, batch_bytes, from + 1);
  for (std::size_t i = from; i < to; ++i) {
    const FlowRecord& record = flow.records[i];
    switch (record.type) {
      case 1:
        AddOrder(writer, record, sbe::TimeInForce::GTC);
        break;
      case 2:
        AddOrder(writer, record, sbe::TimeInForce::IOC);
        break;
      case 3:
        writer.Add<sbe::CancelOrder>(record.owner, [&](auto& cancel) {
          cancel.symbol(kSymbol).orderId(record.order_id);
          cancel.putOrigClientOrderId("", 0).putClientOrderId("", 0);
        });
        break;
      case 4:
        writer.Add<sbe::ReplaceOrder>(record.owner, [&](auto& move) {
          move.symbol(kSymbol).orderId(record.order_id).newPrice(record.price);
          move.putOrigClientOrderId("", 0);
        });
        break;
      default:
        LOCKSTEP_ASSERT(record.type >= 1 && record.type <= 4);
    }
  }
  writer.Flush();
  return entries;
}

}  // namespace lockstep
