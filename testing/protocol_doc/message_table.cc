#include "testing/protocol_doc/message_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cstdint>
#include <cstring>
#include <utility>

#include "protocol/entry.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

using boost::property_tree::ptree;

// Small, so that a row shows a number's bytes but not 32 bytes of a challenge.
constexpr std::size_t kValueBytes = 8;

std::string Attribute(const ptree& node, const char* name) {
  return node.get<std::string>(std::string("<xmlattr>.") + name, "");
}

std::size_t PrimitiveBytes(const std::string& primitive) {
  static const std::map<std::string, std::size_t> sizes = {
      {"char", 1},  {"int8", 1},   {"uint8", 1}, {"int16", 2}, {"uint16", 2},
      {"int32", 4}, {"uint32", 4}, {"int64", 8}, {"uint64", 8}};
  return sizes.at(primitive);
}

std::uint64_t LittleEndian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(value)));
  return value;
}

std::string HexDump(std::span<const std::byte> bytes) {
  constexpr std::size_t kBytesInLine = 16;
  std::string text = "```\n";
  for (std::size_t at = 0; at < bytes.size(); at += kBytesInLine) {
    text += fmt::format("{:4}:", at);
    for (std::size_t i = at; i < std::min(at + kBytesInLine, bytes.size()); ++i) {
      text += fmt::format("{}{:02x}", i % 8 == 0 && i != at ? "  " : " ",
                          std::to_integer<unsigned>(bytes[i]));
    }
    text += '\n';
  }
  return text + "```\n\n";
}

}  // namespace

MessageTables::MessageTables(const std::string& schema_path) {
  ptree document;
  read_xml(schema_path, document);
  const ptree& schema = document.get_child("sbe:messageSchema");
  for (const auto& [tag, node] : schema.get_child("types")) {
    Type type;
    if (tag == "type") {
      type.primitive = Attribute(node, "primitiveType");
      type.count = std::stoul("0" + Attribute(node, "length"));
    } else if (tag == "enum") {
      type.primitive = Attribute(node, "encodingType");
      for (const auto& [value_tag, value] : node) {
        if (value_tag == "validValue") {
          type.values[std::stoull(value.data())] = Attribute(value, "name");
        }
      }
    } else if (tag == "composite") {
      for (const auto& [member_tag, member] : node) {
        if (member_tag == "type") {
          type.members.push_back({Attribute(member, "name"), Attribute(member, "primitiveType"),
                                  Attribute(member, "description")});
        }
      }
    } else {
      continue;
    }
    types_[Attribute(node, "name")] = std::move(type);
  }
  const auto field_of = [](const ptree& node) {
    return Field{Attribute(node, "name"), Attribute(node, "type"), Attribute(node, "description")};
  };
  for (const auto& [tag, node] : schema) {
    if (tag != "sbe:message") {
      continue;
    }
    Message message;
    message.id = static_cast<unsigned>(std::stoul(Attribute(node, "id")));
    message.description = Attribute(node, "description");
    for (const auto& [part_tag, part] : node) {
      if (part_tag == "field") {
        message.fields.push_back(field_of(part));
      } else if (part_tag == "data") {
        message.data.push_back(field_of(part));
      } else if (part_tag == "group") {
        Group group{Attribute(part, "name"), {}};
        for (const auto& [field_tag, field] : part) {
          if (field_tag == "field") {
            group.fields.push_back(field_of(field));
          }
        }
        message.groups.push_back(std::move(group));
      }
    }
    messages_[Attribute(node, "name")] = std::move(message);
  }
}

std::set<std::string> MessageTables::MessageNames() const {
  std::set<std::string> names;
  for (const auto& [name, message] : messages_) {
    names.insert(name);
  }
  return names;
}

std::size_t MessageTables::SizeOf(const std::string& type_name) const {
  const auto found = types_.find(type_name);
  if (found == types_.end()) {
    return PrimitiveBytes(type_name);
  }
  const Type& type = found->second;
  if (!type.primitive.empty()) {
    return PrimitiveBytes(type.primitive) * std::max<std::size_t>(type.count, 1);
  }
  std::size_t bytes = 0;
  for (const Field& member : type.members) {
    bytes += SizeOf(member.type);
  }
  return bytes;
}

std::string MessageTables::ValueOf(const std::string& type_name,
                                   std::span<const std::byte> bytes) const {
  const auto found = types_.find(type_name);
  if (found != types_.end() && found->second.primitive == "char") {
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return "\"" + text.substr(0, text.find('\0')) + "\"";
  }
  if (bytes.size() > kValueBytes) {
    return "";
  }
  const std::uint64_t value = LittleEndian(bytes);
  if (found != types_.end() && !found->second.values.empty()) {
    return fmt::format("{} {}", value, found->second.values.at(value));
  }
  return type_name.starts_with("u") && value > UINT32_MAX * std::uint64_t{1'000'000'000}
             ? fmt::format("0x{:016x}", value)
             : std::to_string(static_cast<std::int64_t>(value));
}

std::string MessageTables::RowsOf(const std::vector<Field>& fields,
                                  std::span<const std::byte> message, std::size_t& at) const {
  std::string rows;
  for (const Field& field : fields) {
    const std::size_t bytes = SizeOf(field.type);
    std::string value;
    if (at + bytes <= message.size()) {
      value = ValueOf(field.type, message.subspan(at, bytes));
    }
    rows += fmt::format("| {} | {} | {} | {} | {} |\n", kFrameHeaderBytes + at, bytes, field.name,
                        field.type, value);
    at += bytes;
  }
  return rows;
}

std::string MessageTables::Render(std::string_view name, std::span<const std::byte> message) {
  const Message& layout = messages_.at(std::string(name));
  std::vector<std::byte> framed(kFrameHeaderBytes + message.size());
  WriteFrameHeader(framed.data(), message.size());
  std::ranges::copy(message, framed.begin() + kFrameHeaderBytes);

  std::string text = fmt::format("### {} ({})\n\n", name, layout.id);
  if (!layout.description.empty()) {
    text += layout.description + ".\n\n";
  }
  for (const Field& field : layout.fields) {
    if (!field.description.empty()) {
      text += fmt::format("`{}`: {}.\n\n", field.name, field.description);
    }
  }
  text += HexDump(framed);
  text += "| offset | bytes | field | type | here |\n|---:|---:|---|---|---|\n";
  const MessageHeaderView header = ReadMessageHeader(message);
  text += fmt::format("| 0 | 6 | | frame header | length {}, encoding 0xEB50 |\n", framed.size());
  text +=
      fmt::format("| 6 | 8 | | messageHeader | block {}, template {}, schema {}, version {} |\n",
                  header.block_length, header.template_id, header.schema_id, header.version);
  std::size_t at = kMessageHeaderBytes;
  text += RowsOf(layout.fields, message, at);
  if (at != kMessageHeaderBytes + header.block_length || header.template_id != layout.id) {
    problems_.push_back(fmt::format("{}: block of {} bytes, schema says {}", name,
                                    header.block_length, at - kMessageHeaderBytes));
  }
  for (const Group& group : layout.groups) {
    const std::uint64_t count = LittleEndian(message.subspan(at + 2, 2));
    text += fmt::format("| {} | 4 | {} | groupSizeEncoding | block {}, {} follow |\n",
                        kFrameHeaderBytes + at, group.name, LittleEndian(message.subspan(at, 2)),
                        count);
    at += 4;
    for (std::uint64_t i = 0; i < count; ++i) {
      text += RowsOf(group.fields, message, at);
    }
  }
  for (const Field& field : layout.data) {
    const auto length = std::to_integer<std::size_t>(message[at]);
    const auto* characters = reinterpret_cast<const char*>(message.data() + at + 1);
    text += fmt::format("| {} | 1 + {} | {} | {} | \"{}\" |\n", kFrameHeaderBytes + at, length,
                        field.name, field.type, std::string_view(characters, length));
    at += 1 + length;
  }
  if (at != message.size()) {
    problems_.push_back(fmt::format("{}: {} bytes, schema says {}", name, message.size(), at));
  }
  return text;
}

std::string MessageTables::RenderComposite(std::string_view name) const {
  std::string text = "| offset | bytes | field | type |\n|---:|---:|---|---|\n";
  std::size_t at = 0;
  for (const Field& member : types_.at(std::string(name)).members) {
    text +=
        fmt::format("| {} | {} | {} | {} |\n", at, SizeOf(member.type), member.name, member.type);
    at += SizeOf(member.type);
  }
  return text;
}

std::string MessageTables::RenderEnum(std::string_view name) const {
  std::string text;
  for (const auto& [value, label] : types_.at(std::string(name)).values) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " · ", value, label);
  }
  return text + "\n";
}

}  // namespace lockstep
